package classroom

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// PoolStore is the part of the store that the actions on pools use.
type PoolStore interface {
	// Enrolments returns a user's courses, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// ChangePool changes the stored settings of a flavour's pool, in one transaction with
	// its audit entry. If change returns an error, nothing is written.
	ChangePool(ctx context.Context, by schema.Actor, flavour, action string, change func(*schema.PoolControl) error) (schema.PoolControl, error)
}

// Pools implements the actions on the runners of flavours.
type Pools struct {
	store    PoolStore
	live     Live
	flavours map[string]schema.Flavour // of the running server; nil: not known

	mu sync.Mutex // serializes changes, so that the scheduler gets them in the stored order
}

// maxPause is the maximum length of the reason of a pause, in characters, because waiting people read it in a
// terminal.
const maxPause = 120

// PoolSize overrides the configured numbers of runners of a flavour.
type PoolSize struct {
	Warm *int `json:"warm"` // nil: as configured
	Max  *int `json:"max"`  // nil: as configured
}

// SetMode lets the queued jobs of a flavour start, or holds them. Running jobs continue.
// Waiting people see the reason and keep their places.
func (p *Pools) SetMode(ctx context.Context, by schema.Actor, flavour string, mode schema.PoolMode, reason string) (schema.PoolControl, error) {
	if err := p.mayControl(ctx, by, flavour); err != nil {
		return schema.PoolControl{}, err
	}
	reason = strings.Join(strings.Fields(schema.Sanitize(reason)), " ")
	if n := utf8.RuneCountInString(reason); n > maxPause {
		return schema.PoolControl{}, schema.Errorf(schema.CodeInvalid, "the reason has %d characters; write at most %d", n, maxPause)
	}
	mode, err := schema.ParsePoolMode(string(mode))
	if err != nil {
		return schema.PoolControl{}, err
	}
	action := map[schema.PoolMode]string{schema.PoolOpen: "pool.resume", schema.PoolPaused: "pool.pause", schema.PoolDraining: "pool.drain"}[mode]
	return p.change(ctx, by, flavour, action, func(c *schema.PoolControl) error {
		if err := course.MaySetPoolMode(by, *c); err != nil {
			return err
		}
		c.Mode, c.Reason = mode, reason
		if mode == schema.PoolOpen {
			c.Reason = ""
		}
		c.AdminMode = c.Stopped() && course.MayActAsAdministrator(by) == nil
		return nil
	})
}

// Resize sets the number of ready runners of a flavour and the maximum. Running jobs above
// the maximum continue.
func (p *Pools) Resize(ctx context.Context, by schema.Actor, flavour string, size PoolSize) (schema.PoolControl, error) {
	if err := p.mayControl(ctx, by, flavour); err != nil {
		return schema.PoolControl{}, err
	}
	if is, ok := p.flavours[flavour]; ok {
		is.Name = flavour
		if err := course.MayHaveRunners(by, is, size.Max); err != nil {
			return schema.PoolControl{}, err
		}
	}
	return p.change(ctx, by, flavour, "pool.resize", func(c *schema.PoolControl) error {
		if err := course.MaySizePool(by, *c); err != nil {
			return err
		}
		c.Warm, c.Max = size.Warm, size.Max
		c.AdminSize = (c.Warm != nil || c.Max != nil) && course.MayActAsAdministrator(by) == nil
		return p.checkSize(*c)
	})
}

// mayControl decides whether the actor may control the pool of a flavour.
func (p *Pools) mayControl(ctx context.Context, by schema.Actor, flavour string) error {
	enrolments, err := p.store.Enrolments(ctx, by.User.ID)
	if err != nil {
		return fmt.Errorf("list courses: %w", err)
	}
	return course.MayControlPool(by, enrolments, flavour)
}

// checkSize returns an error if a pool cannot have these numbers.
func (p *Pools) checkSize(c schema.PoolControl) error {
	if c.Warm == nil && c.Max == nil {
		return nil // the configuration's numbers were checked
	}
	is := p.flavours[c.Flavour]
	if p.flavours == nil { // only a running server knows the configuration
		is = schema.Flavour{Warm: 0, Max: schema.MaxRunners}
	}
	if c.Warm != nil {
		is.Warm = *c.Warm
	}
	if c.Max != nil {
		is.Max = *c.Max
	}
	if is.Warm < 0 || is.Max < 1 || is.Max > schema.MaxRunners || is.Warm > is.Max {
		return schema.Errorf(schema.CodeInvalid, "warm %d, max %d: use 0 ≤ warm ≤ max and 1 ≤ max ≤ %d", is.Warm, is.Max, schema.MaxRunners)
	}
	return nil
}

// change changes a pool.
func (p *Pools) change(ctx context.Context, by schema.Actor, flavour, action string, change func(*schema.PoolControl) error) (schema.PoolControl, error) {
	if err := knownFlavour(p.flavours, flavour); err != nil {
		return schema.PoolControl{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	changed, err := p.store.ChangePool(ctx, by, flavour, action, change)
	if err == nil {
		p.live.Control(changed)
	}
	return changed, err
}
