package view

import (
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Tab is a link to one of the pages of a course or an assignment.
type Tab struct {
	Name, Path string
	Current    bool
}

// tab is a page that may become a Tab.
type tab struct {
	name, path string
	may        error // why the viewer may not see the page
}

// CourseTabs returns the pages of a course that the viewer may see. current is the page's path
// below the course, such as "" or "/-/roster".
func CourseTabs(code string, v course.Viewer, current string) []Tab {
	return tabsOf("/"+code, current, []tab{
		{"Assignments", "", nil},
		{"Grades", "/-/grades", nil},
		{"Roster", "/-/roster", course.MaySeeRoster(v, code)},
		{"course.yaml", "/-/settings", course.MaySeeRoster(v, code)},
		{"Late days and outages", "/-/times", course.MayChangeTimes(v, code)},
		{"Exports", "/-/exports", course.MaySeeRoster(v, code)},
		{"New assignment", "/-/new", course.MayConfigure(v, code)},
		{"Audit log", "/-/audit", course.MayAudit(v, code)},
	})
}

// AssignmentTabs returns the pages of an assignment that the viewer may see.
func AssignmentTabs(of schema.Assignment, v course.Viewer, current string) []Tab {
	code := of.Course.Code
	return tabsOf("/"+of.Path(), current, []tab{
		{"Overview", "", nil},
		{"Class", "/-/grid", course.MaySeeRoster(v, code)},
		{"Tests", "/-/tests", course.MaySeeRoster(v, code)},
		{"Extensions", "/-/extensions", course.MaySeeRoster(v, code)},
		{"Adjustments", "/-/adjustments", course.MaySeeRoster(v, code)},
		{"Publication", "/-/publication", course.MaySeeRoster(v, code)},
		{"Regrades", "/-/regrades", course.MayRegrade(v, code)},
	})
}

// AccountTabs returns the pages about a person's own account. current is the page's path.
func AccountTabs(current string) []Tab {
	return tabsOf("", current, []tab{{"Signed-in browsers", "/-/sessions", nil}, {"API tokens", "/-/tokens", nil}, {"Notifications", "/-/notifications", nil}})
}

// tabsOf returns the tabs that the viewer may see. It returns nil for a single tab, which would
// lead nowhere else.
func tabsOf(root, current string, all []tab) []Tab {
	var tabs []Tab
	for _, t := range all {
		if t.may == nil {
			tabs = append(tabs, Tab{Name: t.name, Path: root + t.path, Current: t.path == current})
		}
	}
	if len(tabs) < 2 {
		return nil
	}
	return tabs
}
