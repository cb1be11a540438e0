package service

import (
	"context"
	"fmt"
	"os"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/docker"
	"github.com/grader/grader/scheduler/local"
	"github.com/grader/grader/schema"
)

// makePools creates a pool of each kind that a flavour uses, and returns them by flavour.
func (s *Service) makePools(ctx context.Context, data *DataDir) (map[string]scheduler.Pool, error) {
	made := make(map[configs.PoolKind]scheduler.Pool)
	pools := make(map[string]scheduler.Pool, len(s.Config.Flavours))
	for name, f := range s.Config.Flavours {
		kind := f.Kind()
		if made[kind] == nil {
			pool, err := s.makePool(ctx, kind, data)
			if err != nil {
				return nil, fmt.Errorf("pool %s: %w", kind, err)
			}
			made[kind] = pool
		}
		pools[name] = made[kind]
	}
	return pools, nil
}

func (s *Service) makePool(ctx context.Context, kind configs.PoolKind, data *DataDir) (scheduler.Pool, error) {
	switch kind {
	case configs.PoolLocal:
		return s.localPool()
	case configs.PoolDocker:
		return s.dockerPool(data)
	case configs.PoolNomad:
		return s.nomadPool(ctx)
	default:
		return nil, schema.Errorf(schema.CodeUnavailable, "this version of grader does not have this pool; use local")
	}
}

// localPool creates the embedded pool. Its runners are processes of grader itself.
func (s *Service) localPool() (scheduler.Pool, error) {
	self, err := s.grader()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return &local.Pool{
		Binary: self, Args: []string{"runner", "--min-level", s.Config.Wall},
		Env: inherited("PATH", "TMPDIR"), URL: "unix:" + s.scheduler.Socket,
		Registrar: s.scheduler, Logger: s.Logger,
	}, nil
}

// inherited returns the named environment variables that are set, as NAME=value.
func inherited(names ...string) (env []string) {
	for _, name := range names {
		if value, has := os.LookupEnv(name); has {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// grader returns the path of the program that local runners execute.
func (s *Service) grader() (string, error) {
	if s.Bin == "" {
		return os.Executable()
	}
	return s.program("grader")
}

// dockerPool creates the pool of containers on this machine.
func (s *Service) dockerPool(data *DataDir) (scheduler.Pool, error) {
	id, err := data.ID()
	if err != nil {
		return nil, err
	}
	return &docker.Pool{
		Server: id, Socket: s.scheduler.Socket, Args: []string{"runner", "--min-level", s.Config.Wall},
		Registrar: s.scheduler, Logger: s.Logger,
	}, nil
}
