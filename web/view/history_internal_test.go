package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	rows := []Row{ // newest first
		{Number: 4, Score: "5 / 5", share: 1, Counts: true},
		{Number: 3}, // its machine failed
		{Number: 2, Score: "0 / 5"},
		{Number: 1, Score: "5/2 / 5", share: 0.5},
	}
	want := &History{
		Says: "Scores of 3 submissions, from 5/2 / 5 to 5 / 5", Line: "10,40 222,70 434,10",
		Dots: []Dot{{X: 10, Y: 40, Says: "#1: 5/2 / 5"}, {X: 222, Y: 70, Says: "#2: 0 / 5"}, {X: 434, Y: 10, Says: "#4: 5 / 5", Counts: true}},
	}
	if diff := cmp.Diff(want, NewHistory(rows)); diff != "" {
		t.Error(diff)
	}
	if h := NewHistory(rows[:2]); h != nil {
		t.Errorf("one score is plotted: %+v", h)
	}
}
