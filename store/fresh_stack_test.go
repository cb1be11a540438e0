package store

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestPanicInTransactionReachesCaller(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	func() {
		defer func() {
			err, ok := recover().(error)
			if !ok || !strings.Contains(err.Error(), "boom") || !strings.Contains(err.Error(), "fresh_stack_test.go") {
				t.Errorf("recovered %v, want boom and where it came from", err)
			}
		}()
		_ = b.write(t.Context(), "break", func(*tx) error { panic("boom") })
		t.Error("the panic was swallowed")
	}()
	check(t, b.write(t.Context(), "go on", func(*tx) error { return nil }))
}

func TestCancelledTransactionIsRolledBack(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("gone"))
	if err := b.write(ctx, "late", func(*tx) error { t.Error("it ran"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
