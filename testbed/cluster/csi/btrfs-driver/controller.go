package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// What a VolumeSnapshotClass may ask for, to see what others do about it.
const (
	// The cut is made at once and can be used so much later (a duration).
	readyAfter = "readyAfter"
	// Every snapshot fails with these words; no cut is made.
	failWith = "failWith"
)

type controller struct {
	csi.UnimplementedControllerServer
	files *store
}

func (c *controller) ControllerGetCapabilities(context.Context, *csi.ControllerGetCapabilitiesRequest) (*csi.ControllerGetCapabilitiesResponse, error) {
	answer := &csi.ControllerGetCapabilitiesResponse{}
	for _, can := range []csi.ControllerServiceCapability_RPC_Type{
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_VOLUME,
		csi.ControllerServiceCapability_RPC_CREATE_DELETE_SNAPSHOT,
		csi.ControllerServiceCapability_RPC_LIST_SNAPSHOTS,
		csi.ControllerServiceCapability_RPC_CLONE_VOLUME,
	} {
		answer.Capabilities = append(answer.Capabilities, &csi.ControllerServiceCapability{
			Type: &csi.ControllerServiceCapability_Rpc{Rpc: &csi.ControllerServiceCapability_RPC{Type: can}},
		})
	}
	return answer, nil
}

func (c *controller) ValidateVolumeCapabilities(_ context.Context, request *csi.ValidateVolumeCapabilitiesRequest) (*csi.ValidateVolumeCapabilitiesResponse, error) {
	return &csi.ValidateVolumeCapabilitiesResponse{
		Confirmed: &csi.ValidateVolumeCapabilitiesResponse_Confirmed{VolumeCapabilities: request.VolumeCapabilities},
	}, nil
}

func (c *controller) CreateVolume(_ context.Context, request *csi.CreateVolumeRequest) (*csi.CreateVolumeResponse, error) {
	for _, capability := range request.VolumeCapabilities {
		if capability.GetBlock() != nil {
			return nil, status.Error(codes.InvalidArgument, "there are no block volumes here")
		}
	}
	if err := safe(request.Name); err != nil {
		return nil, err
	}
	c.files.mutex.Lock()
	defer c.files.mutex.Unlock()
	from, err := c.contentOf(request.VolumeContentSource)
	if err != nil {
		return nil, err
	}
	if err := c.files.makeVolume(request.Name, from); err != nil {
		return nil, err
	}
	return &csi.CreateVolumeResponse{Volume: &csi.Volume{
		VolumeId:      request.Name,
		CapacityBytes: request.CapacityRange.GetRequiredBytes(),
		ContentSource: request.VolumeContentSource,
	}}, nil
}

func (c *controller) contentOf(source *csi.VolumeContentSource) (string, error) {
	path := ""
	switch {
	case source.GetSnapshot() != nil:
		one, err := read[snapshot](c.files, "snapshots", source.GetSnapshot().SnapshotId)
		if err != nil {
			return "", err
		}
		if one == nil {
			return "", status.Error(codes.NotFound, "there is no such snapshot")
		}
		if time.Now().Before(one.Ready) {
			return "", status.Error(codes.Unavailable, "the snapshot is not ready")
		}
		path = c.files.path("cuts", one.Cut, one.Volume)
	case source.GetVolume() != nil:
		path = c.files.path("volumes", source.GetVolume().VolumeId)
	default:
		return "", nil
	}
	if !exists(path) {
		return "", status.Error(codes.NotFound, "there is no such volume")
	}
	return path, nil
}

func (c *controller) DeleteVolume(_ context.Context, request *csi.DeleteVolumeRequest) (*csi.DeleteVolumeResponse, error) {
	if err := safe(request.VolumeId); err != nil {
		return nil, err
	}
	c.files.mutex.Lock()
	defer c.files.mutex.Unlock()
	return &csi.DeleteVolumeResponse{}, os.RemoveAll(c.files.path("volumes", request.VolumeId))
}

func (c *controller) CreateSnapshot(_ context.Context, request *csi.CreateSnapshotRequest) (*csi.CreateSnapshotResponse, error) {
	ready, err := wishes(request.Parameters, request.Name, request.SourceVolumeId)
	if err != nil {
		return nil, err
	}
	c.files.mutex.Lock()
	defer c.files.mutex.Unlock()
	one, err := read[snapshot](c.files, "snapshots", request.Name)
	if err != nil {
		return nil, err
	}
	if one != nil {
		if one.Volume != request.SourceVolumeId {
			return nil, status.Error(codes.AlreadyExists, "it is a snapshot of another volume")
		}
		return &csi.CreateSnapshotResponse{Snapshot: one.told()}, nil
	}
	if !exists(c.files.path("volumes", request.SourceVolumeId)) {
		return nil, status.Error(codes.NotFound, "there is no such volume")
	}
	made, err := c.files.cut(request.Name, "", map[string]string{request.Name: request.SourceVolumeId}, ready)
	if err != nil {
		return nil, err
	}
	return &csi.CreateSnapshotResponse{Snapshot: made[0].told()}, nil
}

func (c *controller) DeleteSnapshot(_ context.Context, request *csi.DeleteSnapshotRequest) (*csi.DeleteSnapshotResponse, error) {
	c.files.mutex.Lock()
	defer c.files.mutex.Unlock()
	return &csi.DeleteSnapshotResponse{}, c.files.drop(request.SnapshotId)
}

func (c *controller) ListSnapshots(_ context.Context, request *csi.ListSnapshotsRequest) (*csi.ListSnapshotsResponse, error) {
	c.files.mutex.Lock()
	defer c.files.mutex.Unlock()
	all, err := c.files.snapshots()
	if err != nil {
		return nil, err
	}
	at := 0
	if request.StartingToken != "" {
		if at, err = strconv.Atoi(request.StartingToken); err != nil {
			return nil, status.Error(codes.Aborted, "not a token of this driver")
		}
	}
	answer := &csi.ListSnapshotsResponse{}
	for ; at < len(all); at++ {
		one := all[at]
		if request.SnapshotId != "" && one.ID != request.SnapshotId || request.SourceVolumeId != "" && one.Volume != request.SourceVolumeId {
			continue
		}
		if request.MaxEntries > 0 && len(answer.Entries) == int(request.MaxEntries) {
			answer.NextToken = strconv.Itoa(at)
			break
		}
		answer.Entries = append(answer.Entries, &csi.ListSnapshotsResponse_Entry{Snapshot: one.told()})
	}
	return answer, nil
}

func (s *snapshot) told() *csi.Snapshot {
	return &csi.Snapshot{
		SnapshotId:      s.ID,
		SourceVolumeId:  s.Volume,
		CreationTime:    timestamppb.New(s.Created),
		ReadyToUse:      !time.Now().Before(s.Ready),
		GroupSnapshotId: s.Group,
	}
}

func wishes(parameters map[string]string, names ...string) (time.Duration, error) {
	for _, name := range names {
		if err := safe(name); err != nil {
			return 0, err
		}
	}
	if words := parameters[failWith]; words != "" {
		return 0, status.Error(codes.Internal, words)
	}
	if parameters[readyAfter] == "" {
		return 0, nil
	}
	ready, err := time.ParseDuration(parameters[readyAfter])
	if err != nil {
		return 0, status.Error(codes.InvalidArgument, err.Error())
	}
	return ready, nil
}

func safe(name string) error {
	if name == "" || strings.HasPrefix(name, ".") || strings.Contains(name, "/") {
		return status.Error(codes.InvalidArgument, "not a name for a folder: "+name)
	}
	return nil
}
