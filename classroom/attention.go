package classroom

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Attention returns what the staff of a course must know, a sentence each, with what to
// do; nothing for students. It is what "the staff has been told" means to them.
func (w *Work) Attention(ctx context.Context, m Member) ([]string, error) {
	if !m.Viewer().Staff() {
		return nil, nil
	}
	troubles, err := w.store.Troubles(ctx, m.Course.ID)
	if err != nil {
		return nil, fmt.Errorf("look for troubles: %w", err)
	}
	return course.Attention(troubles, func(flavour string) schema.Stall { return w.live.Stall(ctx, flavour) }), nil
}
