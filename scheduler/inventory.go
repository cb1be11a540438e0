package scheduler

import "context"

// inventory holds the runners of all pools.
type inventory struct {
	alive       map[string]bool
	unreachable map[string]bool // flavours whose pool did not answer
	pools       map[string]Pool
}

// unknown reports whether the runners of a flavour could not be listed. A flavour that was
// removed from the configuration may have belonged to any pool.
func (c inventory) unknown(flavour string) bool {
	if c.pools[flavour] == nil {
		return len(c.unreachable) > 0
	}
	return c.unreachable[flavour]
}

// listRunners asks every pool for its runners.
func (s *registry) listRunners(ctx context.Context) inventory {
	c := inventory{alive: make(map[string]bool), unreachable: make(map[string]bool), pools: s.Pools}
	for flavour, p := range s.Pools {
		runners, err := p.List(ctx)
		if err != nil {
			c.unreachable[flavour] = true
			s.Logger.Warn("pool does not list its runners", "flavour", flavour, "error", err)
		}
		for _, r := range runners {
			if r.Alive {
				c.alive[r.ID] = true
			}
		}
	}
	return c
}
