package api

import (
	"context"
	"net/http"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// newExtension is an extension for an owner. Exactly one of Due and By is set.
type newExtension struct {
	Owner  string `json:"owner"`
	Due    string `json:"due,omitempty"`   // local time: 2026-10-01 18:00
	By     string `json:"by,omitempty"`    // 2d, 36h or 90m
	Until  string `json:"until,omitempty"` // local time of the new end
	Reason string `json:"reason,omitempty"`
}

// newAdjustment is an adjustment of a grade.
type newAdjustment struct {
	Owner  string `json:"owner"`
	Points string `json:"points"` // +2 or -1/2
	Reason string `json:"reason"` // shown to the student
}

// newOutage is a time in which students of a course could not submit.
type newOutage struct {
	Start  string `json:"start"`  // local time: 2026-10-01 18:00
	Length string `json:"length"` // 90m
	Reason string `json:"reason,omitempty"`
}

// lateDays is the number of late days of each student of a course.
type lateDays struct {
	LateDays int `json:"late_days"`
}

// newRegrade selects the submissions to grade again.
type newRegrade struct {
	Which   schema.RegradeWhich `json:"which,omitempty"`  // counted (if absent), latest or all
	Owners  []string            `json:"owners,omitempty"` // none: everybody
	Section string              `json:"section,omitempty"`
	Version int                 `json:"tests_version,omitempty"` // the active one if absent
	Reason  string              `json:"reason,omitempty"`
}

// newRole is the new role of a person in a course.
type newRole struct {
	Role string `json:"role"` // student, ta or instructor
}

// newTeam is a team to create. Only staff may set its members.
type newTeam struct {
	Team    string   `json:"team"`
	Members []string `json:"members,omitempty"`
}

// teamMembers are students to add to a team.
type teamMembers struct {
	Members []string `json:"members"`
}

// rosterFile is a roster to import.
type rosterFile struct {
	Data        []byte            `json:"data"`              // the file, in base64
	Columns     map[string]string `json:"columns,omitempty"` // field → heading, for headings that are not recognised
	Pad         int               `json:"pad,omitempty"`     // number of digits to which ids are padded with zeros
	DropMissing bool              `json:"drop_missing,omitempty"`
	DryRun      bool              `json:"dry_run,omitempty"`
}

// newExport selects the grades to export and their format.
type newExport struct {
	Format     string            `json:"format"`
	Assignment string            `json:"assignment,omitempty"`
	Fill       []byte            `json:"fill,omitempty"`    // the file that the platform exported, in base64
	Columns    map[string]string `json:"columns,omitempty"` // assignment → heading of the file
	Dropped    bool              `json:"dropped,omitempty"`
}

// newPoolMode sets whether the jobs of a flavour start.
type newPoolMode struct {
	Mode   schema.PoolMode `json:"mode"`             // open, paused or draining
	Reason string          `json:"reason,omitempty"` // shown to people whose jobs wait
}

// queueMove moves the waiting jobs of one flavour to another.
type queueMove struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// moved is the number of jobs that were moved to another flavour.
type moved struct {
	Jobs int `json:"jobs"`
}

func (a *API) changeRoutes() []route {
	section := parameter{name: "section", kind: "string", help: "only for this section; everybody if absent"}
	return []route{
		send("POST", atTask+"/extensions", "grantExtension", "Give an owner more time; for instructors", grantExtension),
		act("DELETE", atTask+"/extensions/{id}", "endExtension", "Take an extension back; for instructors", endExtension),
		send("POST", atTask+"/adjustments", "adjust", "Add points to a grade, or take them off; for staff", adjust),
		act("DELETE", atTask+"/adjustments/{id}", "removeAdjustment", "Remove an adjustment; for staff", removeAdjustment),
		send("POST", "/courses/{course}/outages", "recordOutage", "Move due times because the course could not submit; for instructors", recordOutage),
		send("PUT", "/courses/{course}/late-days", "setLateDays", "How many late days each student has; for instructors", setLateDays),
		send("POST", atTask+"/regrades", "createRegrade", "Grade submissions again; nobody sees it before it is applied; for instructors", createRegrade),
		act("POST", atTask+"/regrades/{id}/apply", "applyRegrade", "Replace results and grades by those of a set; for instructors", applyRegrade),
		act("POST", atTask+"/regrades/{id}/discard", "discardRegrade", "Drop a set that is not applied; for instructors", discardRegrade),
		act("POST", atTask+"/regrades/{id}/undo", "undoRegrade", "Restore what an applied set replaced; for instructors", undoRegrade),
		act("PUT", atTask+"/publication", "publish", "Show students the tests that are visible: after_publish; for instructors", publish, section),
		act("DELETE", atTask+"/publication", "unpublish", "Hide what publish has shown; for instructors", unpublish, section),
		act("POST", atTask+"/tests/{version}/activate", "activateTests", "Make a version of the tests active again; for instructors", activateTests),
		send("POST", atTask+"/teams", "createTeam", "Make a team: one's own, or for staff one of some students", createTeam),
		send("POST", atTask+"/teams/{team}/members", "addToTeam", "Make students members of a team; for staff", addToTeam),
		act("DELETE", atTask+"/teams/{team}/members/{login}", "removeFromTeam", "Take a member out of a team; for staff", removeFromTeam),
		act("DELETE", atTask+"/teams/{team}", "deleteTeam", "Delete a team that has no submission; for staff", deleteTeam),
		send("PUT", "/courses/{course}/roster/{login}", "enrol", "Give a person a role in a course; for instructors", enrol),
		act("DELETE", "/courses/{course}/roster/{login}", "unenrol", "End a person's enrolment; their work stays; for instructors", unenrol),
		send("POST", "/courses/{course}/roster-import", "importRoster", "Make accounts and enrolments as a file says; for instructors", importRoster).upTo(fileBody).withSecrets(),
		send("POST", "/courses/{course}/export", "fillExport", "Grades as a platform imports them, also filled into its own file; for staff", fillExport).upTo(fileBody).needs(schema.ScopeRead),
		act("POST", atSubmission+"/rerun", "rerun", "Grade a submission again", rerun),
		act("POST", atSubmission+"/mark", "mark", "Have a submission count, where its owner may choose", mark),
		send("PUT", "/pools/{flavour}/mode", "setPoolMode", "Pause, drain or open the pool of a flavour; for administrators, and instructors of courses that use it", setPoolMode),
		send("PUT", "/pools/{flavour}/size", "resizePool", "How many runners of a flavour stay ready, and the most; null is as configured; for administrators, and instructors of courses that use it", resizePool),
		send("POST", "/queue/move", "moveQueue", "Waiting jobs move to another flavour; for administrators", moveQueue).needs(schema.ScopeAdmin),
	}
}

func grantExtension(c *call, n newExtension) (classroom.Extended, error) {
	days, by, err := classroom.ParseBy(n.By)
	if err != nil {
		return classroom.Extended{}, err
	}
	return c.Classroom.Grades.Extend(c.ctx(), c.by, classroom.NewExtension{
		Course: c.path("course"), Assignment: c.path("assignment"), Owner: n.Owner, Due: n.Due, Days: days, By: by, Until: n.Until, Reason: n.Reason,
	})
}

func endExtension(c *call) (tables.Extension, error) {
	id, err := c.id()
	if err != nil {
		return tables.Extension{}, err
	}
	ended, err := c.Classroom.Grades.EndExtension(c.ctx(), c.by, c.path("course"), c.path("assignment"), id)
	return tables.PublicExtension(ended), err
}

func adjust(c *call, n newAdjustment) (tables.Adjustment, error) {
	added, err := c.Classroom.Grades.Adjust(c.ctx(), c.by, c.path("course"), c.path("assignment"), n.Owner, n.Points, n.Reason)
	return tables.PublicAdjustment(added), err
}

func removeAdjustment(c *call) (tables.Adjustment, error) {
	id, err := c.id()
	if err != nil {
		return tables.Adjustment{}, err
	}
	removed, err := c.Classroom.Grades.EndAdjustment(c.ctx(), c.by, c.path("course"), c.path("assignment"), id)
	return tables.PublicAdjustment(removed), err
}

func recordOutage(c *call, n newOutage) (tables.Outage, error) {
	length, err := time.ParseDuration(n.Length)
	if err != nil {
		return tables.Outage{}, schema.Errorf(schema.CodeInvalid, "length %q: write a length such as 90m", n.Length)
	}
	added, graded, err := c.Classroom.Grades.Outage(c.ctx(), c.by, classroom.NewOutage{Course: c.path("course"), Start: n.Start, Length: length, Reason: n.Reason})
	return tables.PublicOutage(added, graded), err
}

func setLateDays(c *call, n lateDays) (lateDays, error) {
	return n, c.Classroom.Grades.SetLateTokens(c.ctx(), c.by, c.path("course"), n.LateDays)
}

func createRegrade(c *call, n newRegrade) (tables.RegradeSet, error) {
	switch n.Which {
	case "", schema.RegradeCounted, schema.RegradeLatest, schema.RegradeAll:
	default:
		return tables.RegradeSet{}, schema.Errorf(schema.CodeInvalid, "which %q: use counted, latest or all", n.Which)
	}
	set, err := c.Classroom.Regrades.Create(c.ctx(), c.by, classroom.NewRegrade{
		Course: c.path("course"), Assignment: c.path("assignment"), Which: n.Which, Owners: n.Owners, Section: n.Section, Version: n.Version, Reason: n.Reason,
	})
	return tables.NewRegradeSet(set), err
}

func applyRegrade(c *call) (tables.RegradeSet, error) {
	return changeRegrade(c, c.Classroom.Regrades.Apply)
}

func discardRegrade(c *call) (tables.RegradeSet, error) {
	return changeRegrade(c, c.Classroom.Regrades.Discard)
}

func undoRegrade(c *call) (tables.RegradeSet, error) {
	return changeRegrade(c, c.Classroom.Regrades.Undo)
}

// changeRegrade changes the regrade set in the path.
func changeRegrade(c *call, change func(ctx context.Context, by schema.Actor, id int64) (classroom.RegradeReport, error)) (tables.RegradeSet, error) {
	found, err := findRegrade(c)
	if err != nil {
		return tables.RegradeSet{}, err
	}
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(operationTime))
	report, err := change(c.ctx(), c.by, found.Set.ID)
	return tables.PublicRegrade(report), err
}

func publish(c *call) (classroom.Publication, error) {
	return c.Classroom.Publications.Publish(c.ctx(), c.by, c.path("course"), c.path("assignment"), c.text("section"))
}

func unpublish(c *call) (classroom.Publication, error) {
	return c.Classroom.Publications.Unpublish(c.ctx(), c.by, c.path("course"), c.path("assignment"), c.text("section"))
}

func activateTests(c *call) (tables.Activated, error) {
	version, err := classroom.ParseVersion(c.path("version"))
	if err != nil {
		return tables.Activated{}, err
	}
	done, err := c.Classroom.Tests.Activate(c.ctx(), c.by, c.path("course"), c.path("assignment"), version)
	return tables.PublicActivated(done), err
}

// team returns the arguments of an action on the team in the path.
func (c *call) team(logins ...string) classroom.TeamArgs {
	return classroom.TeamArgs{Course: c.path("course"), Assignment: c.path("assignment"), Team: c.path("team"), Logins: logins}
}

func createTeam(c *call, n newTeam) (classroom.TeamReply, error) {
	args := c.team(n.Members...)
	args.Team = n.Team
	return c.Classroom.Teams.Create(c.ctx(), c.by, args)
}

func addToTeam(c *call, n teamMembers) (classroom.TeamReply, error) {
	return c.Classroom.Teams.Add(c.ctx(), c.by, c.team(n.Members...))
}

func removeFromTeam(c *call) (classroom.TeamReply, error) {
	return c.Classroom.Teams.Remove(c.ctx(), c.by, c.team(c.path("login")))
}

func deleteTeam(c *call) (classroom.TeamReply, error) {
	return c.Classroom.Teams.Delete(c.ctx(), c.by, c.team())
}

func enrol(c *call, n newRole) (newRole, error) {
	role, err := schema.ParseRole(n.Role)
	if err != nil {
		return n, err
	}
	return n, c.Classroom.Courses.Enrol(c.ctx(), c.by, c.path("course"), c.path("login"), role)
}

func unenrol(c *call) (none, error) {
	return none{}, c.Classroom.Courses.Unenrol(c.ctx(), c.by, c.path("course"), c.path("login"))
}

func importRoster(c *call, f rosterFile) (classroom.Imported, error) {
	done, err := c.Classroom.People.Import(c.ctx(), c.by, classroom.ImportRequest{
		Course: c.path("course"), Data: f.Data, Columns: f.Columns, Pad: f.Pad, DropMissing: f.DropMissing, DryRun: f.DryRun,
	})
	done.Changes = orEmpty(done.Changes)
	return done, err
}

func fillExport(c *call, n newExport) (classroom.Exported, error) {
	return c.Classroom.People.Export(c.ctx(), c.by, classroom.ExportRequest{
		Course: c.path("course"), Assignment: n.Assignment, Format: n.Format, Fill: n.Fill, Columns: n.Columns, Dropped: n.Dropped,
	})
}

func rerun(c *call) (schema.PublicSubmission, error) {
	seen, err := c.seen()
	if err == nil {
		_, err = c.Classroom.Work.Rerun(c.ctx(), c.by, seen.Submission.ID)
	}
	if err != nil {
		return schema.PublicSubmission{}, err
	}
	return showSubmission(c)
}

func mark(c *call) (schema.PublicSubmission, error) {
	name, err := c.name()
	if err == nil {
		_, err = c.Classroom.Grades.Mark(c.ctx(), c.by, name)
	}
	if err != nil {
		return schema.PublicSubmission{}, err
	}
	return showSubmission(c)
}

func setPoolMode(c *call, n newPoolMode) (schema.PoolControl, error) {
	return c.Classroom.Pools.SetMode(c.ctx(), c.by, c.path("flavour"), n.Mode, n.Reason)
}

func resizePool(c *call, size classroom.PoolSize) (schema.PoolControl, error) {
	return c.Classroom.Pools.Resize(c.ctx(), c.by, c.path("flavour"), size)
}

func moveQueue(c *call, n queueMove) (moved, error) {
	jobs, err := c.Classroom.Queue.Move(c.ctx(), c.by, n.From, n.To)
	return moved{jobs}, err
}
