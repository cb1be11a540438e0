package gitd

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// setPool returns the command that sets the mode of a flavour's pool.
func (s *staffCommands) setPool(mode schema.PoolMode) func(context.Context, *staffCall) error {
	return func(ctx context.Context, c *staffCall) error {
		changed, err := s.Classroom.Pools.SetMode(ctx, c.actor, c.args[0], mode, c.text("reason"))
		if err != nil {
			return err
		}
		return c.reply.PoolChanged(changed)
	}
}

func (s *staffCommands) resizePool(ctx context.Context, c *staffCall) error {
	var size classroom.PoolSize
	for flag, set := range map[string]**int{"warm": &size.Warm, "max": &size.Max} {
		if !c.is(flag) {
			continue
		}
		n, err := c.number(flag)
		if err != nil {
			return err
		}
		*set = &n
	}
	changed, err := s.Classroom.Pools.Resize(ctx, c.actor, c.args[0], size)
	if err != nil {
		return err
	}
	return c.reply.PoolChanged(changed)
}
