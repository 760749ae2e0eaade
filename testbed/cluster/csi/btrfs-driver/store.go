package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// store is what lies on the disk:
//
//	volumes/ID                  a volume
//	cuts/CUT/ID                 what the volume had
//	snapshots/SNAPSHOT.json     which volume of which cut a snapshot is
//	groups/GROUP.json           which snapshots were cut at once
type store struct {
	mutex sync.Mutex
	root  string
}

type snapshot struct {
	ID      string    `json:"id"`
	Volume  string    `json:"volume"`
	Cut     string    `json:"cut"`
	Created time.Time `json:"created"`
	Ready   time.Time `json:"ready"`
	Group   string    `json:"group,omitempty"`
}

type group struct {
	ID        string    `json:"id"`
	Snapshots []string  `json:"snapshots"`
	Created   time.Time `json:"created"`
}

func newStore(root string) (*store, error) {
	files := &store{root: root}
	for _, name := range []string{"cuts", "snapshots", "groups"} {
		if err := os.MkdirAll(files.path(name), 0o755); err != nil {
			return nil, err
		}
	}
	if _, err := os.Stat(files.path("volumes")); os.IsNotExist(err) {
		return files, run("btrfs", "subvolume", "create", files.path("volumes"))
	}
	return files, nil
}

func (s *store) path(parts ...string) string {
	return filepath.Join(append([]string{s.root}, parts...)...)
}

// makeVolume makes it whole or not at all.
func (s *store) makeVolume(id, from string) error {
	volume := s.path("volumes", id)
	if exists(volume) {
		return nil
	}
	part := s.path("volumes", ".part-"+id)
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if from == "" {
		if err := os.Mkdir(part, 0o777); err != nil {
			return err
		}
		if err := os.Chmod(part, 0o777); err != nil {
			return err
		}
	} else if err := run("cp", "-a", "--reflink=always", from, part); err != nil {
		return err
	}
	return os.Rename(part, volume)
}

// cut makes snapshots of volumes, all at one moment.
func (s *store) cut(cut, groupID string, ids map[string]string, ready time.Duration) ([]*snapshot, error) {
	if !exists(s.path("cuts", cut)) {
		if err := run("btrfs", "subvolume", "snapshot", "-r", s.path("volumes"), s.path("cuts", cut)); err != nil {
			return nil, err
		}
	}
	now := time.Now()
	made := []*snapshot{}
	for id, volume := range ids {
		one := &snapshot{ID: id, Volume: volume, Cut: cut, Created: now, Ready: now.Add(ready), Group: groupID}
		if err := s.write("snapshots", id, one); err != nil {
			return nil, err
		}
		made = append(made, one)
	}
	return made, nil
}

// drop removes a snapshot, and the cut with the last of it.
func (s *store) drop(id string) error {
	one, err := read[snapshot](s, "snapshots", id)
	if err != nil || one == nil {
		return err
	}
	if err := os.Remove(s.path("snapshots", id+".json")); err != nil {
		return err
	}
	all, err := s.snapshots()
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Cut == one.Cut {
			return nil
		}
	}
	return run("btrfs", "subvolume", "delete", s.path("cuts", one.Cut))
}

func (s *store) snapshots() ([]*snapshot, error) {
	entries, err := os.ReadDir(s.path("snapshots"))
	if err != nil {
		return nil, err
	}
	all := []*snapshot{}
	for _, entry := range entries {
		one, err := read[snapshot](s, "snapshots", strings.TrimSuffix(entry.Name(), ".json"))
		if err != nil {
			return nil, err
		}
		if one != nil {
			all = append(all, one)
		}
	}
	return all, nil
}

func (s *store) write(kind, id string, what any) error {
	text, err := json.Marshal(what)
	if err != nil {
		return err
	}
	file := s.path(kind, id+".json")
	if err := os.WriteFile(file+".part", text, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".part", file)
}

func read[T any](s *store, kind, id string) (*T, error) {
	text, err := os.ReadFile(s.path(kind, id+".json"))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	what := new(T)
	return what, json.Unmarshal(text, what)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func run(program string, args ...string) error {
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", program, strings.Join(args, " "), err, out)
	}
	return nil
}
