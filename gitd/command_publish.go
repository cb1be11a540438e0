package gitd

import (
	"context"

	"github.com/grader/grader/classroom"
)

func (s *staffCommands) publish(ctx context.Context, c *staffCall) error {
	code, name, err := classroom.ParseAssignment(c.args[0])
	if err != nil {
		return err
	}
	is, err := s.Classroom.Publications.Publish(ctx, c.actor, code, name, c.text("section"))
	if err != nil {
		return err
	}
	return c.reply.Publication(is)
}

func (s *staffCommands) unpublish(ctx context.Context, c *staffCall) error {
	code, name, err := classroom.ParseAssignment(c.args[0])
	if err != nil {
		return err
	}
	is, err := s.Classroom.Publications.Unpublish(ctx, c.actor, code, name, c.text("section"))
	if err != nil {
		return err
	}
	return c.reply.Publication(is)
}
