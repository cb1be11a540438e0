package scheduler

import "context"

// inventory is which runners the pools have.
type inventory struct {
	alive       map[string]bool
	unreachable map[string]bool // flavours whose pool cannot say
	pools       map[string]Pool
}

// unknown reports whether the pool of a flavour's runners cannot say which it has. A flavour
// that is no longer in the configuration may have been any pool's.
func (c inventory) unknown(flavour string) bool {
	if c.pools[flavour] == nil {
		return len(c.unreachable) > 0
	}
	return c.unreachable[flavour]
}

// listRunners asks the pools.
func (s *Scheduler) listRunners(ctx context.Context) inventory {
	c := inventory{alive: make(map[string]bool), unreachable: make(map[string]bool), pools: s.Pools}
	for flavour, p := range s.Pools {
		runners, err := p.List(ctx)
		if err != nil {
			c.unreachable[flavour] = true
			s.Logger.Warn("pool does not say what it has", "flavour", flavour, "error", err)
		}
		for _, r := range runners {
			if r.Alive {
				c.alive[r.ID] = true
			}
		}
	}
	return c
}

// poolsOf returns the flavour's pool; of a flavour that is no longer in the configuration
// all of them.
func (s *Scheduler) poolsOf(flavour string) []Pool {
	if p := s.Pools[flavour]; p != nil {
		return []Pool{p}
	}
	return s.allPools()
}

// allPools returns each pool once.
func (s *Scheduler) allPools() []Pool {
	var all []Pool
	seen := make(map[Pool]bool)
	for _, p := range s.Pools {
		if !seen[p] {
			seen[p], all = true, append(all, p)
		}
	}
	return all
}
