package gitd

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// commands returns the commands that only staff may call.
func (s *staffCommands) commands() []staffCommand {
	return []staffCommand{
		{"submissions", "COURSE/ASSIGNMENT [--login LOGIN] [--json]", "everybody's submissions with their verdicts", schema.RoleTA, s.submissionsOf},
		{"grades", "COURSE [--owner LOGIN] [--json]", "each grade, and the submission that counts for it", schema.RoleTA, s.grades},
		{"queue", "[--json]", "the waiting jobs and the state of the runners", schema.RoleTA, s.queueReport},
		{"pools pause", "FLAVOUR [--reason TEXT] [--json]", "start no job of a flavour, and show waiting people the reason; for administrators and instructors of courses that use the flavour", schema.RoleInstructor, s.setPool(schema.PoolPaused)},
		{"pools drain", "FLAVOUR [--reason TEXT] [--json]", "start no job of a flavour, and let its idle runners end; for administrators and instructors of courses that use the flavour", schema.RoleInstructor, s.setPool(schema.PoolDraining)},
		{"pools resume", "FLAVOUR [--json]", "let the jobs of a flavour start again; for administrators and instructors of courses that use the flavour", schema.RoleInstructor, s.setPool(schema.PoolOpen)},
		{"pools resize", "FLAVOUR [--warm NUMBER] [--max NUMBER] [--json]", "set how many runners stay ready, and how many there may be; without a flag, as configured; for administrators and instructors of courses that use the flavour", schema.RoleInstructor, s.resizePool},
		{"roster", "COURSE [--json]", "who is in a course, and as what", schema.RoleTA, s.roster},
		{"extensions", "COURSE/ASSIGNMENT [--end ID] [--json]", "the extensions of an assignment; --end takes one back", schema.RoleTA, s.extensions},
		{"adjust", "COURSE/ASSIGNMENT OWNER POINTS --reason TEXT [--json]", "add points to a grade (+2), or take them off (-1/2)", schema.RoleTA, s.adjust},
		{"adjustments", "COURSE/ASSIGNMENT [--remove ID] [--json]", "the adjustments of an assignment; --remove removes one", schema.RoleTA, s.adjustments},
		{"comment", "COURSE/ASSIGNMENT/OWNER[/N] [--file PATH] [--line NUMBER] --text TEXT [--json]", "comment on a submission, or on a line of a file; its owners read it in log", schema.RoleTA, s.comment},
		{"comments", "COURSE/ASSIGNMENT[/OWNER][/N] [--remove ID] [--json]", "the comments on a submission; --remove removes one", schema.RoleTA, s.comments},
		{"export", "COURSE[/ASSIGNMENT] --format FORMAT [--fill] [--column ASSIGNMENT=HEADING]... [--dropped]", "grades for brightspace, canvas, moodle, blackboard, csv or json; --fill completes the file on standard input", schema.RoleTA, s.export},
		{"tests list", "COURSE/ASSIGNMENT [--json]", "the versions of an assignment's tests", schema.RoleTA, s.testsList},
		{"tests activate", "COURSE/ASSIGNMENT [NUMBER] [--json]", "make an earlier version of the tests active again; without NUMBER the one before", schema.RoleInstructor, s.testsActivate},
		{"submit-for", "COURSE/ASSIGNMENT OWNER COMMIT --reason TEXT [--received TIME] [--json]", "hand in a commit for a student or a team; they, or staff as a try-out, pushed it before", schema.RoleInstructor, s.submitFor},
		{"export archive", "COURSE/ASSIGNMENT [--at TIME] [--zip]", "what counts of everybody, or counted at a time, as a tar on standard output", schema.RoleTA, s.exportArchive},
		{"extend", "COURSE/ASSIGNMENT OWNER [--due TIME] [--by LENGTH] [--until TIME] [--reason TEXT] [--json]", "give more time: --by 2d, --by 36h or --due 2026-10-01 18:00", schema.RoleInstructor, s.extend},
		{"outage", "COURSE --start TIME --length LENGTH [--reason TEXT] [--json]", "move due times because the course could not submit", schema.RoleInstructor, s.outage},
		{"late-days", "COURSE --set NUMBER", "how many late days each student has", schema.RoleInstructor, s.lateDays},
		{"publish", "COURSE/ASSIGNMENT [--section SECTION] [--json]", "show students the tests that are visible: after_publish", schema.RoleInstructor, s.publish},
		{"unpublish", "COURSE/ASSIGNMENT [--section SECTION] [--json]", "hide what publish has shown", schema.RoleInstructor, s.unpublish},
		{"regrade create", "COURSE/ASSIGNMENT [--counted] [--latest] [--all] [--owner LOGIN]... [--section SECTION] [--tests-version NUMBER] [--reason TEXT] [--json]", "grade submissions again; nobody sees it before it is applied", schema.RoleInstructor, s.createRegrade},
		{"regrade show", "ID [--wait] [--json]", "how far a set is, and what it does to whom", schema.RoleInstructor, s.regrade((*classroom.Regrades).Show)},
		{"regrade apply", "ID [--wait] [--json]", "replace results and grades by those of a set", schema.RoleInstructor, s.regrade((*classroom.Regrades).Apply)},
		{"regrade discard", "ID [--json]", "drop a set that is not applied", schema.RoleInstructor, s.regrade((*classroom.Regrades).Discard)},
		{"regrade undo", "ID [--json]", "restore what an applied set replaced", schema.RoleInstructor, s.regrade((*classroom.Regrades).Undo)},
		{"roster import", "COURSE [--dry-run] [--drop-missing] [--column FIELD=HEADING]... [--pad NUMBER] [--json]", "make accounts and enrolments as the CSV file on standard input says", schema.RoleInstructor, s.importRoster},
		{"team import", "COURSE/ASSIGNMENT [--dry-run] [--column FIELD=HEADING]... [--json]", "make teams as the CSV file on standard input says", schema.RoleInstructor, s.importTeams},
		{"enrol", "COURSE LOGIN --role ROLE [--section SECTION]", "give a person a role: student, ta or instructor, and a section", schema.RoleInstructor, s.enrol},
		{"unenrol", "COURSE LOGIN", "end a person's enrolment; their work stays", schema.RoleInstructor, s.unenrol},
		{"audit", "COURSE [--actor LOGIN] [--subject NAME] [--action ACTION] [--since LENGTH] [--limit NUMBER] [--json]", "who did what, newest first", schema.RoleInstructor, s.audit},
	}
}

func (s *staffCommands) submissionsOf(ctx context.Context, c *staffCall) error {
	page := classroom.SubmissionPage{Assignment: c.args[0], Login: c.text("login")}
	all := []schema.PublicSubmission{}
	for {
		some, err := s.Classroom.Work.Submissions(ctx, c.actor, page)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			return c.reply.Submissions(all)
		}
		all = append(all, some...)
		page.After = some[len(some)-1].Name
	}
}

func (s *staffCommands) grades(ctx context.Context, c *staffCall) error {
	all, err := s.Classroom.Grades.List(ctx, c.actor, c.args[0], c.text("owner"))
	if err != nil {
		return err
	}
	return c.reply.Grades(all)
}

func (s *staffCommands) roster(ctx context.Context, c *staffCall) error {
	all, err := s.Classroom.Courses.Roster(ctx, c.actor, c.args[0])
	if err != nil {
		return err
	}
	return c.reply.Roster(all)
}

func (s *staffCommands) extend(ctx context.Context, c *staffCall) (err error) {
	n := classroom.NewExtension{Owner: c.args[1], Due: c.text("due"), Until: c.text("until"), Reason: c.text("reason")}
	if n.Course, n.Assignment, err = classroom.ParseAssignment(c.args[0]); err != nil {
		return err
	}
	if n.Days, n.By, err = classroom.ParseBy(c.text("by")); err != nil {
		return err
	}
	extended, err := s.Classroom.Grades.Extend(ctx, c.actor, n)
	if err != nil {
		return err
	}
	return c.reply.Extended(c.args[0], extended)
}

func (s *staffCommands) extensions(ctx context.Context, c *staffCall) error {
	code, name, err := classroom.ParseAssignment(c.args[0])
	if err != nil {
		return err
	}
	if c.is("end") {
		id, err := c.number("end")
		if err != nil {
			return err
		}
		ended, err := s.Classroom.Grades.EndExtension(ctx, c.actor, code, name, int64(id))
		if err != nil {
			return err
		}
		return c.reply.ExtensionEnded(ended)
	}
	all, err := s.Classroom.Grades.Extensions(ctx, c.actor, code, name)
	if err != nil {
		return err
	}
	return c.reply.Extensions(all)
}

func (s *staffCommands) outage(ctx context.Context, c *staffCall) error {
	length, err := c.length("length")
	if err != nil {
		return err
	}
	added, graded, err := s.Classroom.Grades.Outage(ctx, c.actor, classroom.NewOutage{Course: c.args[0], Start: c.text("start"), Length: length, Reason: c.text("reason")})
	if err != nil {
		return err
	}
	return c.reply.Outage(added, graded)
}

func (s *staffCommands) lateDays(ctx context.Context, c *staffCall) error {
	tokens, err := c.number("set")
	if err != nil {
		return err
	}
	if err := s.Classroom.Grades.SetLateTokens(ctx, c.actor, c.args[0], tokens); err != nil {
		return err
	}
	return c.reply.Line(nil, "each student of %s has %s", c.args[0], schema.Count(tokens, "late day"))
}

func (s *staffCommands) adjust(ctx context.Context, c *staffCall) error {
	code, name, err := classroom.ParseAssignment(c.args[0])
	if err != nil {
		return err
	}
	added, err := s.Classroom.Grades.Adjust(ctx, c.actor, code, name, c.args[1], c.args[2], c.text("reason"))
	if err != nil {
		return err
	}
	return c.reply.Adjustments([]schema.Adjustment{added})
}

func (s *staffCommands) adjustments(ctx context.Context, c *staffCall) error {
	code, name, err := classroom.ParseAssignment(c.args[0])
	if err != nil {
		return err
	}
	if c.is("remove") {
		id, err := c.number("remove")
		if err != nil {
			return err
		}
		removed, err := s.Classroom.Grades.EndAdjustment(ctx, c.actor, code, name, int64(id))
		if err != nil {
			return err
		}
		return c.reply.AdjustmentEnded(removed)
	}
	all, err := s.Classroom.Grades.Adjustments(ctx, c.actor, code, name)
	if err != nil {
		return err
	}
	return c.reply.Adjustments(all)
}

func (s *staffCommands) createRegrade(ctx context.Context, c *staffCall) (err error) {
	n := classroom.NewRegrade{Owners: c.flags["owner"], Section: c.text("section"), Reason: c.text("reason")}
	if n.Course, n.Assignment, err = classroom.ParseAssignment(c.args[0]); err != nil {
		return err
	}
	if n.Which, err = classroom.ParseWhich(c.is("counted"), c.is("latest"), c.is("all")); err != nil {
		return err
	}
	if n.Version, err = c.number("tests-version"); err != nil {
		return err
	}
	set, err := s.Classroom.Regrades.Create(ctx, c.actor, n)
	if err != nil {
		return err
	}
	return c.reply.RegradeCreated(set)
}

// regrade returns a command on a regrade set.
func (s *staffCommands) regrade(do func(r *classroom.Regrades, ctx context.Context, by schema.Actor, id int64) (classroom.RegradeReport, error)) func(context.Context, *staffCall) error {
	return func(ctx context.Context, c *staffCall) error {
		id, err := strconv.ParseInt(c.args[0], 10, 64)
		if err != nil {
			return schema.Errorf(schema.CodeInvalid, "%q is not the number of a regrade set", c.args[0])
		}
		if c.is("wait") {
			if err := s.Classroom.Regrades.Wait(ctx, c.actor, id); err != nil {
				return err
			}
		}
		report, err := do(s.Classroom.Regrades, ctx, c.actor, id)
		if err != nil {
			return err
		}
		return c.reply.Regrade(report)
	}
}

// maxUpload bounds a roster or a gradebook on standard input.
const maxUpload = 16 << 20 // bytes

func (s *staffCommands) importRoster(ctx context.Context, c *staffCall) error {
	columns, err := classroom.ParseColumns(c.flags["column"])
	if err != nil {
		return err
	}
	pad, err := c.number("pad")
	if err != nil {
		return err
	}
	text, err := c.session.input(ctx, maxUpload, "the roster: ssh … roster import "+c.args[0]+" < export.csv")
	if err != nil {
		return err
	}
	done, err := s.Classroom.People.Import(ctx, c.actor, classroom.ImportRequest{
		Course: c.args[0], Data: []byte(text), Columns: columns, Pad: pad, DropMissing: c.is("drop-missing"), DryRun: c.is("dry-run"),
	})
	if err != nil {
		return err
	}
	return c.reply.Imported(done, c.is("dry-run"))
}

func (s *staffCommands) enrol(ctx context.Context, c *staffCall) error {
	role, err := schema.ParseRole(c.text("role"))
	if err != nil {
		return err
	}
	if c.is("section") {
		err = s.Classroom.Courses.EnrolIn(ctx, c.actor, c.args[0], c.args[1], role, c.text("section"))
	} else {
		err = s.Classroom.Courses.Enrol(ctx, c.actor, c.args[0], c.args[1], role)
	}
	if err != nil {
		return err
	}
	return c.reply.Line(nil, "%s is %s in %s", c.args[1], role, c.args[0])
}

func (s *staffCommands) unenrol(ctx context.Context, c *staffCall) error {
	if err := s.Classroom.Courses.Unenrol(ctx, c.actor, c.args[0], c.args[1]); err != nil {
		return err
	}
	return c.reply.Line(nil, "%s is no longer enrolled in %s", c.args[1], c.args[0])
}

func (s *staffCommands) export(ctx context.Context, c *staffCall) error {
	code, name, _ := strings.Cut(c.args[0], "/")
	if c.text("format") == "json" {
		all, err := s.Classroom.Grades.List(ctx, c.actor, code, "")
		if err != nil {
			return err
		}
		return tables.JSON(c.reply.Out, tables.PublicGrades(all, name))
	}
	r := classroom.ExportRequest{Course: code, Assignment: name, Format: c.text("format"), Dropped: c.is("dropped")}
	var err error
	if r.Columns, err = classroom.ParseColumns(c.flags["column"]); err != nil {
		return err
	}
	if c.is("fill") {
		text, err := c.session.input(ctx, maxUpload, "the file that the platform exported: ssh … export "+c.args[0]+" --format "+r.Format+" --fill < export.csv > import.csv")
		if err != nil {
			return err
		}
		r.Fill = []byte(text)
	}
	exported, err := s.Classroom.People.Export(ctx, c.actor, r)
	if err != nil {
		return err
	}
	return c.reply.Exported(exported, c.is("fill"))
}

// auditEntries is how many entries are shown without --limit.
const auditEntries = 100

func (s *staffCommands) audit(ctx context.Context, c *staffCall) error {
	q := schema.AuditQuery{Course: c.args[0], Actor: c.text("actor"), Subject: c.text("subject"), Action: c.text("action"), Limit: auditEntries}
	since, err := c.length("since")
	if err != nil {
		return err
	}
	if since > 0 {
		q.Since = s.Clock().Add(-since)
	}
	if c.is("limit") {
		if q.Limit, err = c.number("limit"); err != nil {
			return err
		}
	}
	all, err := s.Classroom.Audit.Log(ctx, c.actor, q)
	if err != nil {
		return err
	}
	m, err := s.Classroom.Work.Member(ctx, c.actor, q.Course)
	zone := time.UTC
	if err == nil {
		zone = m.Course.Location()
	}
	return c.reply.Audit(all, zone)
}

func (s *staffCommands) testsList(ctx context.Context, c *staffCall) error {
	code, name, err := classroom.ParseAssignment(c.args[0])
	if err != nil {
		return err
	}
	all, err := s.Classroom.Tests.List(ctx, c.actor, code, name)
	if err != nil {
		return err
	}
	m, err := s.Classroom.Work.Member(ctx, c.actor, code)
	if err != nil {
		return err
	}
	return c.reply.Tests(all, m.Course.Location())
}

func (s *staffCommands) testsActivate(ctx context.Context, c *staffCall) error {
	code, name, err := classroom.ParseAssignment(c.args[0])
	if err != nil {
		return err
	}
	number := 0
	if len(c.args) > 1 {
		if number, err = classroom.ParseVersion(c.args[1]); err != nil {
			return err
		}
	}
	done, err := s.Classroom.Tests.Activate(ctx, c.actor, code, name, number)
	if err != nil {
		return err
	}
	return c.reply.Activated(done)
}

func (s *staffCommands) queueReport(ctx context.Context, c *staffCall) error {
	report, err := s.Classroom.Queue.Show(ctx, c.actor)
	if err != nil {
		return err
	}
	return c.reply.Queue(report)
}
