package store

import (
	"context"
	"fmt"

	"github.com/grader/grader/schema"
)

// MoveQueue moves the waiting jobs of a flavour to another one and returns their number.
// CodeInvalid: the flavours are the same.
func (s *QueueTables) MoveQueue(ctx context.Context, by schema.Actor, from, to string) (moved int, err error) {
	if from == to {
		return 0, schema.Errorf(schema.CodeInvalid, "flavour %q: name two different ones", from)
	}
	err = s.write(ctx, "move queue", func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE jobs SET flavour = ? WHERE state = 'queued' AND flavour = ?`, to, from)
		if err != nil {
			return err
		}
		moved = int(n)
		e := s.entry("queue.move", from)
		e.Before, e.After, e.Detail = from, to, fmt.Sprintf("%d jobs", n)
		return t.audit(ctx, by, e)
	})
	return moved, err
}
