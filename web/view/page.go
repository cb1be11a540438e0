// Package view holds the data that pages show: plain structs for templates, made from records, a
// viewer and a time. It depends neither on HTTP nor on the store.
package view

import (
	"time"

	"github.com/grader/grader/schema"
)

// Frame holds the parts that all pages have in common.
type Frame struct {
	Title   string
	User    *schema.User // nil: nobody has signed in
	Crumbs  []Crumb
	Version string
	Refresh bool // without JavaScript, reload every few seconds

	Tabs    []Tab
	Notice  string // result of a form that succeeded
	Problem string // reason why a form failed
}

// Crumb is one step of the path from the home page to a page.
type Crumb struct{ Name, Path string }

// NewCrumb returns a step with the name and the path of its page.
func NewCrumb(name, path string) Crumb { return Crumb{Name: name, Path: path} }

// Error is the page of an error.
type Error struct {
	Frame
	Status  int
	Heading string
	Message string
}

// Welcome is the page that explains how to sign in.
type Welcome struct {
	Frame
	Login    string // the command that creates a sign-in link
	Wanted   bool   // the requested page needs signing in
	Services []ServiceLink
}

// ServiceLink is a link to a sign-in service.
type ServiceLink struct{ Name, Path string }

// Login is the page with the button that redeems a sign-in link.
type Login struct {
	Frame
	Path string
}

// Owner is the page of one owner's submissions for an assignment.
type Owner struct {
	Frame
	Owner string
	Title string
	Task  string // path of the assignment, if the viewer is staff
	Table Table
}

// Submission is the page of one submission. It is live until the job has ended.
type Submission struct {
	Frame
	Report
	MayMark  bool // the viewer may mark it as the one that counts
	MayRerun bool // the viewer may start another grading of it
	Counting *Counting
	Comments Comments
}

// Moment is a time in the formats of a page.
type Moment struct{ ISO, Text string }

// yearKnown is the distance from now within which dates are shown without the year.
const yearKnown = 150 * 24 * time.Hour

// At returns a moment in a zone. It omits the year of dates near now. The zero time gives the zero
// moment.
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

// Precisely returns a moment with seconds and the zone, for times that may be disputed.
func Precisely(t time.Time, zone *time.Location) Moment {
	if t.IsZero() {
		return Moment{}
	}
	local := t.In(zone)
	return Moment{ISO: local.Format("2006-01-02T15:04:05.000Z07:00"), Text: local.Format("Mon 2 Jan 2006, 15:04:05 MST")}
}

// Fact is a term with its description.
type Fact struct {
	Term  string
	Value string
	Time  Moment // instead of Value
	Code  bool   // show Value in the font of code
}

// RoleWord returns the name of a role. "" is an administrator who is not enrolled.
func RoleWord(r schema.Role) string {
	switch r {
	case schema.RoleTA:
		return "teaching assistant"
	case "":
		return "administrator"
	}
	return string(r)
}
