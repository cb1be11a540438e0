package forecast

import (
	"context"
	"errors"
	"log/slog"
	"strings"
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
	task := func(name, flavour string, version int64, dues ...schema.DueDate) store.Task {
		return store.Task{Course: schema.Course{Code: "comp2402", Zone: "America/Toronto", Flavour: "standard"}, Assignment: name, Version: version, Flavour: flavour, Dues: dues}
	}
	at := func(after time.Duration, students int) schema.DueDate {
		return schema.DueDate{At: time.Date(2026, 9, 28, 22, 0, 0, 0, time.UTC).Add(after), Students: students}
	}
	broken := task("broken", "standard", 6)
	broken.Broken = errors.New("assignment.yaml:1:8: broken")
	var log strings.Builder
	f := &Forecast{Clock: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(&log, nil)), Tasks: func(context.Context) ([]store.Task, error) {
		reads++
		return []store.Task{
			task("a2", "standard", 2, at(3*time.Hour, 128), at(50*time.Hour, 2)), // two students with an extension
			task("a1", "standard", 1, at(30*time.Minute, 130)),
			task("gpu", "large", 3, at(30*time.Minute, 130)),
			task("free", "standard", 4),
			broken,
			task("later", "standard", 7, at(720*time.Hour, 130)),
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
		{Name: "COMP2402 A2", At: now.Add(3 * time.Hour), Students: 128},
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
	now = now.Add(47 * time.Hour)
	if diff := cmp.Diff([]schema.DueDate{{Name: "COMP2402 A2", At: at(50*time.Hour, 2).At, Students: 2}}, due()); diff != "" {
		t.Errorf("the extension: %s", diff)
	}
	if n := strings.Count(log.String(), "due date cannot be read"); n != 1 {
		t.Errorf("%d warnings of one broken version:\n%s", n, log.String())
	}
}
