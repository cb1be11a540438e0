package course

import (
	"fmt"
	"slices"
	"time"

	"github.com/grader/grader/schema"
)

// Owner holds the owner of some work and the facts that decide what they may do and see: their
// times, with extensions and outages applied, and whether their grades are published.
type Owner struct {
	Logins         []string             // one, or the members of a team
	Left           map[string]time.Time // former members of the team, and when they left
	Schedule       Schedule
	Published      bool
	PublishedAtEnd bool // automatically, once they can no longer submit
}

// Access holds the inputs of permission, redaction and timing: the viewer, the owner of the work,
// and the time. The zero Owner has no times and sees nothing that is hidden.
type Access struct {
	Viewer Viewer
	Owner  Owner
	Now    time.Time
}

// OwnedBy returns a viewer's access to the work of these logins, for questions of permission only.
// Tests that become visible later stay hidden.
func OwnedBy(v Viewer, logins ...string) Access {
	return Access{Viewer: v, Owner: Owner{Logins: logins}}
}

// Own reports whether the viewer is one of the owners.
func (a Access) Own() bool {
	return a.Viewer.Login != "" && slices.Contains(a.Owner.Logins, a.Viewer.Login)
}

// Had reports whether the viewer is one of the owners, or left their team after it had submitted
// the work.
func (a Access) Had(received time.Time) bool {
	left, was := a.Owner.Left[a.Viewer.Login]
	return a.Own() || was && received.Before(left)
}

// SharedView returns a key of what the viewer sees of the work. Viewers with the same key see the same, so
// a text or a page for one of them serves all. It returns false if the viewer sees something of their
// own. The key grants nothing: whether a viewer may see the work is decided for each of them.
func (a Access) SharedView() (key string, ok bool) {
	if !a.Viewer.Staff() || a.Own() {
		return "", false
	}
	return fmt.Sprintf("%s %t", a.Viewer.Role, a.Viewer.Admin), true
}

// sight says how much a viewer sees of a test.
type sight int

const (
	absent  sight = iota // neither shown nor counted
	counted              // counted among the hidden
	shown
)

// sight returns what a viewer sees of a test. No other function decides this. An unknown visibility
// hides the test. Owners see tests with visible: after_due once they can no longer submit; without
// a due date they never see them.
func (a Access) sight(v schema.Visibility) sight {
	open := false
	switch a.Owner.until(v) {
	case schema.VisibleAlways:
		open = true
	case schema.VisibleAfterDue:
		open = a.Owner.Schedule.Ended(a.Now)
	case schema.VisibleAfterPublish:
	default:
		if a.Viewer.Staff() {
			return shown
		}
		return absent
	}
	if open || a.Viewer.Staff() {
		return shown
	}
	return counted
}

// until returns the visibility that a test waits for. A published test is always visible.
func (o Owner) until(v schema.Visibility) schema.Visibility {
	switch {
	case v == schema.VisibleAfterPublish && o.Published:
		return schema.VisibleAlways
	case v == schema.VisibleAfterPublish && o.PublishedAtEnd:
		return schema.VisibleAfterDue
	}
	return v
}

// Sees reports whether the viewer sees tests of a visibility.
func (a Access) Sees(v schema.Visibility) bool { return a.sight(v) == shown }

// Seen returns the part of a tally that the viewer sees, or nil if they see all of it.
func (a Access) Seen(t schema.Tally) *Seen {
	seen := Seen{Subtotal: t.Always}
	for _, part := range []struct {
		visible schema.Visibility
		points  schema.Subtotal
	}{{schema.VisibleAfterDue, t.AfterDue}, {schema.VisibleAfterPublish, t.AfterPublish}} {
		switch {
		case part.points.IsZero():
		case a.Sees(part.visible):
			seen.Subtotal = seen.Plus(part.points)
		default:
			seen.Hidden = seen.Hidden.Plus(part.points)
			if until := a.Owner.until(part.visible); !slices.Contains(seen.Until, until) {
				seen.Until = append(seen.Until, until)
			}
		}
	}
	if len(seen.Until) == 0 {
		return nil
	}
	seen.Score = seen.Score.Clamp(schema.Points{}, seen.MaxScore)
	return &seen
}

// Seen holds the visible part of a result's points while some of its tests are hidden.
type Seen struct {
	schema.Subtotal
	Hidden schema.Subtotal // its Score must not be shown
	Until  []schema.Visibility
}
