package view

import (
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// Sessions is the page of the browsers in which a person is signed in.
type Sessions struct {
	Frame
	List Listing
	Idle string // time after which an unused session ends
}

// NewSessions returns the page. current is the id of the session that sends the request. Times are
// in UTC, because an account belongs to no course and so has no zone.
func NewSessions(all []schema.Session, current string, now time.Time) Sessions {
	list := Listing{Caption: "Signed-in browsers", Heads: []string{"Browser", "Signed in", "By", "Last used"}, Empty: "There are none."}
	for _, b := range all {
		name, used, label := b.Browser, Relative(b.UsedAt, now), "Sign out"
		if name == "" {
			name = "unknown browser"
		}
		says := "Sign out " + name + ", signed in " + Relative(b.MadeAt, now)
		if b.ID == current {
			name, used, says = name+" (this one)", "now", "Sign out this browser"
		}
		way := b.Way
		if way == "" {
			way = "link from the terminal"
		}
		list.Rows = append(list.Rows, ListRow{
			Cells:  []ListCell{Text(name), When(At(b.MadeAt, now, time.UTC)), Text(way), Text(used)},
			Action: &RowAction{Path: "/-/sessions/" + b.ID + "/end", Label: label, Says: says},
		})
	}
	return Sessions{List: list, Idle: Duration(schema.SessionIdle)}
}

// Browser returns the name of the browser and its system from a User-Agent header: "Firefox on
// Linux". It returns the one that is known, or "" if neither is.
func Browser(agent string) string {
	name := firstOf(agent, []string{"Edg/", "OPR/", "Firefox/", "Chrome/", "Safari/", "curl/"}, []string{"Edge", "Opera", "Firefox", "Chrome", "Safari", "curl"})
	system := firstOf(agent, []string{"Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux"}, []string{"Android", "iPhone", "iPad", "Windows", "macOS", "ChromeOS", "Linux"})
	switch {
	case name == "":
		return system
	case system == "":
		return name
	}
	return name + " on " + system
}

// firstOf returns the name of the first mark that a text contains.
func firstOf(text string, marks, names []string) string {
	for i, mark := range marks {
		if strings.Contains(text, mark) {
			return names[i]
		}
	}
	return ""
}
