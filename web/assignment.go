package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// assignmentPage is the handout, the rules, and what was pushed.
type assignmentPage struct {
	frame
	Name      string
	Heading   string
	Staff     bool
	Broken    bool   // what was accepted cannot be read
	Empty     bool   // no tests have been accepted yet
	Tests     int    // version of the tests, for staff
	Upcoming  moment // when students will see it, for staff
	Due       due
	Closed    bool
	Terms     string // when it is due, what a push now would cost, and what is left
	Handout   template.HTML
	NoHandout bool // it should be there, and cannot be read
	Rules     []fact
	Commands  commands
	Mine      table
	Class     table // everyone's latest, for staff
}

// fact is a term and what there is to say about it.
type fact struct {
	Term  string
	Value string
	Time  moment // instead of Value
	Code  bool   // Value is shown in the type of code
}

// commands are what a person copies to begin.
type commands struct{ Clone, Remote, Push, Watch, Tests string }

// table is a list of submissions with what it is.
type table struct {
	Caption string
	ByOwner bool // its rows are of several owners
	ByTask  bool // its rows are of several assignments
	Rows    []row
}

// serveAssignment shows one assignment to a member of its course.
func (s *Server) serveAssignment(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	t, err := s.findTask(r.Context(), m, r.PathValue("assignment"))
	if err != nil {
		return err
	}
	page, err := s.newAssignmentPage(r.Context(), t, m)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "assignment", page)
}

// findTask returns the assignment that a path names, if the member may see it.
func (s *Server) findTask(ctx context.Context, m member, name string) (task, error) {
	if schema.OwnerName("assignment", name) != nil {
		return task{}, errNowhere()
	}
	a, err := s.Classroom.Work.Assignment(ctx, m, name)
	if err != nil && a.Broken != nil {
		s.newTask(a)
		return task{}, errNowhere()
	}
	if err != nil {
		return task{}, hidden("assignment", err)
	}
	return s.newTask(a), nil
}

func (s *Server) newAssignmentPage(ctx context.Context, t task, m member) (assignmentPage, error) {
	terms, err := s.terms(ctx, t, m.Actor.User.Login)
	if err != nil {
		return assignmentPage{}, err
	}
	page := assignmentPage{
		frame: s.newFrame(t.Title(), &m.Actor.User, crumb{m.Course.Code, "/" + m.Course.Code}),
		Name:  t.Path(), Heading: t.Title(), Staff: m.Viewer().Staff(), Empty: t.Spec == nil, Broken: t.Broken != nil,
		Due: s.due(t, terms), Commands: s.commands(t),
	}
	if t.Spec != nil {
		page.Tests, page.Rules = t.Active.Number, rulesOf(t.Spec)
		page.Closed, page.Terms = terms.Schedule.Ended(s.now()), sentence(terms.Status(s.now()))
		if !course.Released(t.Spec, s.now()) {
			page.Upcoming = s.at(t.Spec.Release, m.Course.Location())
		}
	}
	if page.Handout, err = s.handouts.of(ctx, t); err != nil {
		// Everything else on the page stays useful without it.
		s.logger().Error("handout is missing", "assignment", t.Path(), "error", err)
		page.NoHandout = true
	}
	if page.Mine, err = s.ownTable(ctx, t, m, m.Actor.User.Login); err != nil {
		return page, err
	}
	page.Mine.Caption = "My submissions"
	if page.Staff {
		page.Class, err = s.classTable(ctx, t, m)
	}
	return page, err
}

func (s *Server) commands(t task) commands {
	url := repositoryURL(s.SSHAddress, t.Path())
	return commands{
		Clone: "git clone " + url, Remote: "git remote add grader " + url,
		Push: "git push grader main", Watch: sshCommand(s.SSHAddress, "watch "+t.Path()),
		Tests: "git remote add tests " + url + "/tests",
	}
}

// ownTable lists what one owner pushed, newest first.
func (s *Server) ownTable(ctx context.Context, t task, m member, owner string) (table, error) {
	subs, err := s.Results.Submissions(ctx, t.ID, owner, maxSubmissions)
	if err != nil {
		return table{}, fmt.Errorf("submissions: %w", err)
	}
	counted, err := s.counted(ctx, t, owner)
	if err != nil {
		return table{}, err
	}
	if counted != nil && len(subs) > 0 && counted.Name.Number < subs[len(subs)-1].Name.Number {
		subs = append(subs, *counted) // older than all of the list
	}
	var list table
	for _, sub := range subs {
		one := s.newRow(sub, m.Viewer(), m.Course.Location())
		one.Counts = counted != nil && sub.Name.Number == counted.Name.Number
		list.Rows = append(list.Rows, one)
	}
	return list, nil
}

// classTable lists everyone's latest submission, for staff.
func (s *Server) classTable(ctx context.Context, t task, m member) (table, error) {
	subs, err := s.Results.Latest(ctx, t.ID)
	if err != nil {
		return table{}, fmt.Errorf("latest submissions: %w", err)
	}
	list := table{Caption: "Everyone's latest", ByOwner: true}
	for _, sub := range subs {
		if course.MaySee(m.Viewer(), sub.Name) == nil {
			list.Rows = append(list.Rows, s.newRow(sub, m.Viewer(), m.Course.Location()))
		}
	}
	return list, nil
}

// rulesOf says in words what a submission is held to.
func rulesOf(spec *assignment.Spec) []fact {
	rules := []fact{{Term: "What counts", Value: countsWords(spec.Counts)}}
	if globs := spec.Files.Required; len(globs) > 0 {
		rules = append(rules, fact{Term: "Required files", Value: strings.Join(globs, "  "), Code: true})
	}
	if globs := spec.Files.Forbidden; len(globs) > 0 {
		rules = append(rules, fact{Term: "Files that are refused", Value: strings.Join(globs, "  "), Code: true})
	}
	if globs := spec.Files.Locked; len(globs) > 0 {
		rules = append(rules, fact{Term: "Files taken from the starter", Value: strings.Join(globs, "  "), Code: true})
	}
	if size := sizeWords(spec); size != "" {
		rules = append(rules, fact{Term: "Size of a push", Value: size})
	}
	if limits := limitWords(spec.Limits); limits != "" {
		rules = append(rules, fact{Term: "Each test may use", Value: limits})
	}
	return rules
}

func countsWords(c assignment.Counts) string {
	if c == assignment.CountsLast {
		return "Your last submission"
	}
	return "Your best submission"
}

func sizeWords(spec *assignment.Spec) string {
	var parts []string
	if spec.MaxSize > 0 {
		parts = append(parts, humaneBytes(spec.MaxSize))
	}
	if spec.MaxFiles > 0 {
		parts = append(parts, count(spec.MaxFiles, "file"))
	}
	return strings.Join(parts, " in at most ")
}

func limitWords(l assignment.Limits) string {
	var parts []string
	if l.CPU > 0 {
		parts = append(parts, humaneDuration(l.CPU)+" of processor time")
	}
	if l.Memory > 0 {
		parts = append(parts, humaneBytes(l.Memory)+" of memory")
	}
	if l.Processes > 0 {
		parts = append(parts, strconv.Itoa(l.Processes)+" processes")
	}
	if l.Output > 0 {
		parts = append(parts, humaneBytes(l.Output)+" of output")
	}
	return strings.Join(parts, ", ")
}
