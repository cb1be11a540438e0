package scheduler

import (
	"sync"

	"github.com/grader/grader/schema"
)

// controls holds the settings that people made for pools on the running server.
type controls struct {
	mu sync.RWMutex
	by map[string]schema.PoolControl // flavour →
}

func (c *controls) get(flavour string) schema.PoolControl {
	c.mu.RLock()
	defer c.mu.RUnlock()
	is, ok := c.by[flavour]
	if !ok {
		return schema.PoolControl{Flavour: flavour, Mode: schema.PoolOpen}
	}
	return is
}

func (c *controls) set(is schema.PoolControl) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = make(map[string]schema.PoolControl)
	}
	c.by[is.Flavour] = is
}

// Control sets the mode and size of a flavour's pool. It never blocks. A claim in progress may
// still start one job.
func (s *Scheduler) Control(is schema.PoolControl) {
	s.prepare()
	s.controls.set(is)
	s.Logger.Info("pool controlled", "flavour", is.Flavour, "mode", is.Mode, "size", is.Size(), "by", is.By, "reason", is.Reason)
	s.overview.places.forget()
	s.lines.ring(is.Flavour)
	s.keep(is.Flavour)
}
