package service

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

func TestForecastDueDates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 28, 22, 0, 0, 0, time.UTC)
	reads := 0
	source := func(due string) []byte {
		return fmt.Appendf(nil, "title: A\n%srelease: 2026-09-01 00:00\ntests:\n  - {name: a, run: [./a], points: 1}\n", due)
	}
	task := func(name, flavour string, version int64, students int, source []byte) store.Task {
		return store.Task{Course: schema.Course{Code: "comp2402", Zone: "America/Toronto", Flavour: "standard"},
			Assignment: name, Version: version, Flavour: flavour, Students: students, Source: source}
	}
	f := &forecast{clock: func() time.Time { return now }, logger: slog.New(slog.DiscardHandler), tasks: func(context.Context) ([]store.Task, error) {
		reads++
		return []store.Task{
			task("a2", "standard", 2, 130, source("due: 2026-09-28 20:59\n")), // 00:59 UTC
			task("a1", "standard", 1, 130, source("due: 2026-09-28 18:29\n")),
			task("gpu", "large", 3, 130, source("due: 2026-09-28 18:29\n")),
			task("free", "standard", 4, 130, source("")),
			task("empty", "standard", 5, 0, source("due: 2026-09-28 18:29\n")),
			task("broken", "standard", 6, 130, []byte("title: [")),
			task("later", "standard", 7, 130, source("due: 2026-10-28 18:29\n")),
		}, nil
	}}
	due := func() []schema.DueDate {
		t.Helper()
		soon, err := f.Due(t.Context(), "standard", now, now.Add(3*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return soon
	}
	want := []schema.DueDate{
		{Name: "COMP2402 A1", At: now.Add(30 * time.Minute), Students: 130},
		{Name: "COMP2402 A2", At: now.Add(3 * time.Hour), Students: 130},
	}
	if diff := cmp.Diff(want[:1], due()); diff != "" {
		t.Error(diff)
	}
	now = now.Add(time.Second)
	if diff := cmp.Diff(want, due()); diff != "" || reads != 1 {
		t.Errorf("%d reads, %s", reads, diff)
	}
	now = now.Add(time.Hour)
	if diff := cmp.Diff(want[1:], due()); diff != "" || reads != 2 {
		t.Errorf("%d reads, %s", reads, diff)
	}
}
