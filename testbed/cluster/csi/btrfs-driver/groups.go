package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

type groups struct {
	csi.UnimplementedGroupControllerServer
	files *store
}

func (g *groups) GroupControllerGetCapabilities(context.Context, *csi.GroupControllerGetCapabilitiesRequest) (*csi.GroupControllerGetCapabilitiesResponse, error) {
	return &csi.GroupControllerGetCapabilitiesResponse{Capabilities: []*csi.GroupControllerServiceCapability{{
		Type: &csi.GroupControllerServiceCapability_Rpc{Rpc: &csi.GroupControllerServiceCapability_RPC{
			Type: csi.GroupControllerServiceCapability_RPC_CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT,
		}},
	}}}, nil
}

func (g *groups) CreateVolumeGroupSnapshot(_ context.Context, request *csi.CreateVolumeGroupSnapshotRequest) (*csi.CreateVolumeGroupSnapshotResponse, error) {
	ready, err := wishes(request.Parameters, append(request.SourceVolumeIds, request.Name)...)
	if err != nil {
		return nil, err
	}
	g.files.mutex.Lock()
	defer g.files.mutex.Unlock()
	known, err := read[group](g.files, "groups", request.Name)
	if err != nil {
		return nil, err
	}
	if known == nil {
		if known, err = g.make(request, ready); err != nil {
			return nil, err
		}
	}
	told, err := g.told(known)
	return &csi.CreateVolumeGroupSnapshotResponse{GroupSnapshot: told}, err
}

func (g *groups) make(request *csi.CreateVolumeGroupSnapshotRequest, ready time.Duration) (*group, error) {
	ids := map[string]string{}
	one := &group{ID: request.Name, Created: time.Now()}
	for at, volume := range request.SourceVolumeIds {
		if !exists(g.files.path("volumes", volume)) {
			return nil, status.Error(codes.NotFound, "there is no volume "+volume)
		}
		id := fmt.Sprintf("%s-%d", request.Name, at)
		ids[id] = volume
		one.Snapshots = append(one.Snapshots, id)
	}
	if _, err := g.files.cut(request.Name, request.Name, ids, ready); err != nil {
		return nil, err
	}
	return one, g.files.write("groups", request.Name, one)
}

func (g *groups) GetVolumeGroupSnapshot(_ context.Context, request *csi.GetVolumeGroupSnapshotRequest) (*csi.GetVolumeGroupSnapshotResponse, error) {
	g.files.mutex.Lock()
	defer g.files.mutex.Unlock()
	known, err := read[group](g.files, "groups", request.GroupSnapshotId)
	if err != nil {
		return nil, err
	}
	if known == nil {
		return nil, status.Error(codes.NotFound, "there is no such group")
	}
	told, err := g.told(known)
	return &csi.GetVolumeGroupSnapshotResponse{GroupSnapshot: told}, err
}

func (g *groups) DeleteVolumeGroupSnapshot(_ context.Context, request *csi.DeleteVolumeGroupSnapshotRequest) (*csi.DeleteVolumeGroupSnapshotResponse, error) {
	g.files.mutex.Lock()
	defer g.files.mutex.Unlock()
	for _, id := range request.SnapshotIds {
		if err := g.files.drop(id); err != nil {
			return nil, err
		}
	}
	if err := os.Remove(g.files.path("groups", request.GroupSnapshotId+".json")); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	return &csi.DeleteVolumeGroupSnapshotResponse{}, nil
}

func (g *groups) told(known *group) (*csi.VolumeGroupSnapshot, error) {
	answer := &csi.VolumeGroupSnapshot{GroupSnapshotId: known.ID, CreationTime: timestamppb.New(known.Created), ReadyToUse: true}
	for _, id := range known.Snapshots {
		one, err := read[snapshot](g.files, "snapshots", id)
		if err != nil {
			return nil, err
		}
		if one == nil {
			continue
		}
		told := one.told()
		answer.ReadyToUse = answer.ReadyToUse && told.ReadyToUse
		answer.Snapshots = append(answer.Snapshots, told)
	}
	return answer, nil
}
