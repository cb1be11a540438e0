// Package view holds what pages show: pure models that templates take, made from records,
// a viewer and a time. It knows neither HTTP nor the store.
package view

import (
	"time"

	"github.com/grader/grader/schema"
)

// Frame is what every page has around its content.
type Frame struct {
	Title   string
	User    *schema.User // nil: nobody has signed in
	Crumbs  []Crumb
	Version string
	Refresh bool // reload every few seconds where there is no JavaScript

	Tabs    []Tab
	Notice  string // what a form has done
	Problem string // why a form could not be acted on
}

// Crumb is one step of the way from home to a page.
type Crumb struct{ Name, Path string }

// NewCrumb is a step that names what a path leads to.
func NewCrumb(name, path string) Crumb { return Crumb{Name: name, Path: path} }

// Error says what went wrong.
type Error struct {
	Frame
	Status  int
	Heading string
	Message string
}

// Welcome explains how to sign in.
type Welcome struct {
	Frame
	Login    string // the command that makes a sign-in link
	Wanted   bool   // a page was asked for that needs signing in
	Services []ServiceLink
}

// ServiceLink leads to a sign-in service.
type ServiceLink struct{ Name, Path string }

// Login has the button that spends a sign-in link.
type Login struct {
	Frame
	Path string
}

// Owner lists what one owner pushed to an assignment.
type Owner struct {
	Frame
	Owner string
	Title string
	Task  string // path of the assignment, where the viewer is staff
	Table Table
}

// Submission is one submission, live until it has ended.
type Submission struct {
	Frame
	Report
	MayMark  bool // the viewer may choose it as the one that counts
	MayRerun bool // the viewer may have it graded again
	Counting *Counting
	Comments Comments
}

// Moment is a time as a page shows it.
type Moment struct{ ISO, Text string }

// yearKnown is how far from now a date may be whose year needs no saying.
const yearKnown = 150 * 24 * time.Hour

// At makes a moment in a zone, seen from now; the zero time makes the zero moment.
func At(t, now time.Time, zone *time.Location) Moment {
	if t.IsZero() {
		return Moment{}
	}
	local := t.In(zone)
	layout := "Mon 2 Jan 2006, 15:04"
	if now.Sub(t).Abs() < yearKnown {
		layout = "Mon 2 Jan, 15:04"
	}
	return Moment{ISO: local.Format(time.RFC3339), Text: local.Format(layout)}
}

// Precisely makes a moment with seconds and the zone, for what may be disputed.
func Precisely(t time.Time, zone *time.Location) Moment {
	if t.IsZero() {
		return Moment{}
	}
	local := t.In(zone)
	return Moment{ISO: local.Format("2006-01-02T15:04:05.000Z07:00"), Text: local.Format("Mon 2 Jan 2006, 15:04:05 MST")}
}

// Fact is a term and what there is to say about it.
type Fact struct {
	Term  string
	Value string
	Time  Moment // instead of Value
	Code  bool   // Value is shown in the type of code
}

// RoleWord is what a member is called; "" is an administrator who is not enrolled.
func RoleWord(r schema.Role) string {
	switch r {
	case schema.RoleTA:
		return "teaching assistant"
	case "":
		return "administrator"
	}
	return string(r)
}
