package scheduler

import (
	"context"
	"io"
	"os"
	"testing"
	"time"
)

func TestPanickingFillReleasesWaiters(t *testing.T) {
	t.Parallel()
	c, err := openCache(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	began, waits := make(chan struct{}), make(chan error, 1)
	go func() {
		<-began
		_, err := c.openOr(t.Context(), "key", time.Now(), func(context.Context, io.Writer) error {
			return os.ErrInvalid // if the panic ended before the caller looked
		})
		waits <- err
	}()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _ = c.openOr(t.Context(), "key", time.Now(), func(context.Context, io.Writer) error {
			close(began)
			panic("a library on a malformed object")
		})
	}()
	if err := <-waits; err == nil {
		t.Error("who waited was given a file")
	}
	f, err := c.openOr(t.Context(), "key", time.Now(), func(_ context.Context, into io.Writer) error {
		_, err := io.WriteString(into, "tree")
		return err
	})
	if err != nil {
		t.Fatalf("the next try: %v", err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); string(got) != "tree" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
}

// TestLateFillUsesExistingFile makes a caller look up a key just before another caller fills it,
// and start its own fill just after.
func TestLateFillUsesExistingFile(t *testing.T) {
	t.Parallel()
	c, err := openCache(t.TempDir(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.put("key", func(into io.Writer) error { _, err := io.WriteString(into, "tree"); return err }); err != nil {
		t.Fatal(err)
	}
	m := &making{done: make(chan struct{})}
	c.making["key"] = m
	c.produce(t.Context(), "key", m, func(context.Context, io.Writer) error {
		t.Error("filled again")
		return nil
	})
	if m.err != nil {
		t.Error(m.err)
	}
}
