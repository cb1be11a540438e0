package view

import (
	"fmt"
	"slices"
	"strings"
)

// History is a small plot of the scores of an owner's submissions, the oldest first.
type History struct {
	Says string // description for people who cannot see the plot
	Line string // points of the line that connects the dots
	Dots []Dot
}

// Dot is one submission of a history.
type Dot struct {
	X, Y   int
	Says   string // "#3: 17 / 25"
	Counts bool
}

// Bounds of the dots' centres. They match the size in the template.
const (
	historyLeft, historyRight = 10, 434
	historyTop, historyBottom = 10, 70
)

// NewHistory plots rows, which are newest first. It returns nil if fewer than two have a score.
func NewHistory(rows []Row) *History {
	var scored []Row
	for _, r := range slices.Backward(rows) {
		if r.Score != "" {
			scored = append(scored, r)
		}
	}
	if len(scored) < 2 {
		return nil
	}
	first, last := scored[0], scored[len(scored)-1]
	h := &History{Says: fmt.Sprintf("Scores of %s, from %s to %s", Count(len(scored), "submission"), first.Score, last.Score)}
	var line []string
	for i, r := range scored {
		d := Dot{
			X:    historyLeft + i*(historyRight-historyLeft)/(len(scored)-1),
			Y:    historyBottom - int(r.share*float64(historyBottom-historyTop)),
			Says: fmt.Sprintf("#%d: %s", r.Number, r.Score), Counts: r.Counts,
		}
		h.Dots = append(h.Dots, d)
		line = append(line, fmt.Sprintf("%d,%d", d.X, d.Y))
	}
	h.Line = strings.Join(line, " ")
	return h
}
