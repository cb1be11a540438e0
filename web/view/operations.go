package view

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// Operations is the page that shows how busy the queues were in a period.
type Operations struct {
	Frame
	Over     string // hour, day or term
	Flavours []FlavourPlots
}

// Choices returns the periods that can be shown.
func (Operations) Choices() []string { return []string{"hour", "day", "term"} }

// FlavourPlots holds the plots of one flavour, with a table of the same numbers.
type FlavourPlots struct {
	Flavour string
	Plots   []Plot
	Table   Listing
}

// Plot is a plot of one or two lines over time.
type Plot struct {
	ID, Title string
	Says      string // description for people who cannot see the plot
	Top       string // the value at the upper edge
	Lines     []PlotLine
}

// PlotLine is one line of a plot.
type PlotLine struct {
	Name   string
	Second bool   // this is the second of two lines
	Points string // of a polyline
}

// Size of a plot, which matches the template, and its number of slices.
const (
	plotLeft, plotRight = 4, 476
	plotTop, plotBottom = 10, 110
	plotSlices          = 60
)

// slice holds the measurements of one part of the period.
type slice struct {
	at                 time.Time
	known              bool
	waiting            float64 // the maximum
	wait50, wait95     float64 // seconds
	busy               float64 // mean percentage
	verdicts           int
	minutes            float64 // total measured time
	pushes, weighted50 float64
	measurements       float64
}

// NewOperations returns the page for measurements, which are oldest first.
func NewOperations(all []schema.Measurement, over string, span time.Duration, now time.Time) Operations {
	page := Operations{Over: over}
	by := make(map[string][]schema.Measurement)
	var names []string
	for _, m := range all {
		if by[m.Flavour] == nil {
			names = append(names, m.Flavour)
		}
		by[m.Flavour] = append(by[m.Flavour], m)
	}
	for i, name := range names {
		page.Flavours = append(page.Flavours, newFlavourPlots(i, name, slices60(by[name], span, now), now))
	}
	return page
}

// slices60 assigns measurements to equal parts of the period.
func slices60(all []schema.Measurement, span time.Duration, now time.Time) []slice {
	parts := make([]slice, plotSlices)
	begin := now.Add(-span)
	for i := range parts {
		parts[i].at = begin.Add(span * time.Duration(i) / plotSlices)
	}
	for _, m := range all {
		i := int(m.At.Sub(begin) * plotSlices / span)
		if i < 0 || i >= plotSlices {
			continue
		}
		p := &parts[i]
		p.known = true
		p.waiting = max(p.waiting, float64(m.Waiting))
		p.wait95 = max(p.wait95, m.Wait95.Seconds())
		p.weighted50 += m.Wait50.Seconds() * float64(m.Pushes)
		p.pushes += float64(m.Pushes)
		p.busy += 100 * m.Utilisation()
		p.measurements++
		p.verdicts += m.Verdicts
		p.minutes += m.Span.Minutes()
	}
	for i := range parts {
		p := &parts[i]
		if p.pushes > 0 {
			p.wait50 = p.weighted50 / p.pushes
		}
		if p.measurements > 0 {
			p.busy /= p.measurements
		}
	}
	return parts
}

// rate returns the verdicts per minute.
func (p slice) rate() float64 {
	if p.minutes == 0 {
		return 0
	}
	return float64(p.verdicts) / p.minutes
}

func newFlavourPlots(i int, name string, parts []slice, now time.Time) FlavourPlots {
	id := func(what string) string { return fmt.Sprintf("plot-%d-%s", i, what) }
	f := FlavourPlots{Flavour: name, Plots: []Plot{
		newPlot(id("queue"), "Waiting jobs", "", parts, 0, series{"waiting", func(p slice) float64 { return p.waiting }}),
		newPlot(id("wait"), "Waiting time of pushes", " s", parts, 0, series{"median", func(p slice) float64 { return p.wait50 }}, series{"95 % at most", func(p slice) float64 { return p.wait95 }}),
		newPlot(id("busy"), "Busy runners", " %", parts, 100, series{"busy", func(p slice) float64 { return p.busy }}),
		newPlot(id("verdicts"), "Verdicts per minute", "", parts, 0, series{"verdicts", slice.rate}),
	}}
	f.Table = Listing{Caption: "Measurements of " + name, Heads: []string{"From", "Waiting", "Median wait, s", "95 % within, s", "Busy, %", "Verdicts per minute"}, Empty: "Nothing was measured in this time."}
	for _, p := range parts {
		if p.known {
			f.Table.Rows = append(f.Table.Rows, ListRow{Cells: []ListCell{When(At(p.at, now, time.UTC)), Text(decimal(p.waiting)), Text(decimal(p.wait50)), Text(decimal(p.wait95)), Text(decimal(p.busy)), Text(decimal(p.rate()))}})
		}
	}
	return f
}

// series is a line of a plot: its name and its value in a slice.
type series struct {
	name string
	of   func(slice) float64
}

// newPlot returns a plot of lines. most is the value at the upper edge; 0 means the largest value.
func newPlot(id, title, unit string, parts []slice, most float64, lines ...series) Plot {
	p := Plot{ID: id, Title: title}
	top := most
	var said []string
	for _, line := range lines {
		last, largest := 0.0, 0.0
		for _, part := range parts {
			if part.known {
				last, largest = line.of(part), max(largest, line.of(part))
			}
		}
		if most == 0 {
			top = max(top, largest)
		}
		said = append(said, fmt.Sprintf("%s: last %s%s, at most %s%s", line.name, decimal(last), unit, decimal(largest), unit))
	}
	p.Says, p.Top = title+". "+strings.Join(said, "; ")+".", decimal(top)+unit
	for i, line := range lines {
		p.Lines = append(p.Lines, PlotLine{Name: line.name, Second: i > 0, Points: points(parts, line.of, top)})
	}
	return p
}

// points returns the points of a line through the measured slices.
func points(parts []slice, of func(slice) float64, top float64) string {
	var all []string
	for i, part := range parts {
		if !part.known {
			continue
		}
		y := float64(plotBottom)
		if top > 0 {
			y -= of(part) / top * (plotBottom - plotTop)
		}
		all = append(all, fmt.Sprintf("%d,%d", plotLeft+i*(plotRight-plotLeft)/(plotSlices-1), int(math.Round(y))))
	}
	return strings.Join(all, " ")
}

// decimal formats a number, with one decimal if it is below 10 and not whole.
func decimal(x float64) string {
	if x >= 10 || x == math.Trunc(x) {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.1f", x)
}
