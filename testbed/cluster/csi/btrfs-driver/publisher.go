package main

import (
	"context"
	"errors"
	"os"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// publisher shows volumes to pods.
type publisher struct {
	csi.UnimplementedNodeServer
	files *store
	node  string
}

func (p *publisher) NodeGetInfo(context.Context, *csi.NodeGetInfoRequest) (*csi.NodeGetInfoResponse, error) {
	return &csi.NodeGetInfoResponse{NodeId: p.node}, nil
}

func (p *publisher) NodeGetCapabilities(context.Context, *csi.NodeGetCapabilitiesRequest) (*csi.NodeGetCapabilitiesResponse, error) {
	return &csi.NodeGetCapabilitiesResponse{}, nil
}

func (p *publisher) NodePublishVolume(_ context.Context, request *csi.NodePublishVolumeRequest) (*csi.NodePublishVolumeResponse, error) {
	if err := safe(request.VolumeId); err != nil {
		return nil, err
	}
	volume := p.files.path("volumes", request.VolumeId)
	if !exists(volume) {
		return nil, status.Error(codes.NotFound, "there is no such volume")
	}
	if mounted(request.TargetPath) {
		return &csi.NodePublishVolumeResponse{}, nil
	}
	if err := os.MkdirAll(request.TargetPath, 0o750); err != nil {
		return nil, err
	}
	if err := unix.Mount(volume, request.TargetPath, "", unix.MS_BIND, ""); err != nil {
		return nil, err
	}
	if request.Readonly {
		if err := unix.Mount("", request.TargetPath, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			return nil, errors.Join(err, unix.Unmount(request.TargetPath, 0))
		}
	}
	return &csi.NodePublishVolumeResponse{}, nil
}

func (p *publisher) NodeUnpublishVolume(_ context.Context, request *csi.NodeUnpublishVolumeRequest) (*csi.NodeUnpublishVolumeResponse, error) {
	if mounted(request.TargetPath) {
		if err := unix.Unmount(request.TargetPath, 0); err != nil {
			return nil, err
		}
	}
	if err := os.Remove(request.TargetPath); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	return &csi.NodeUnpublishVolumeResponse{}, nil
}

// mounted says whether another file system begins here: volumes are BTRFS, and pods' folders lie elsewhere.
func mounted(path string) bool {
	var here, above unix.Stat_t
	if unix.Stat(path, &here) != nil || unix.Stat(path+"/..", &above) != nil {
		return false
	}
	return here.Dev != above.Dev
}
