package classroom

import (
	"context"
	"fmt"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Person holds all data about one person, except their repositories.
type Person struct {
	Login     string         `json:"login"`
	Name      string         `json:"name"`
	Email     string         `json:"email"`
	Admin     bool           `json:"admin"`
	Disabled  bool           `json:"disabled"`
	CreatedAt time.Time      `json:"created_at"`
	Keys      []PersonKey    `json:"keys"`
	GitHub    []PersonGitHub `json:"github"`
	Notices   []PersonNotice `json:"notices"` // their notice destinations
	Courses   []PersonCourse `json:"courses"`
	Audit     []PersonEntry  `json:"audit"` // entries by them and about them
}

// PersonKey is a public key.
type PersonKey struct {
	Fingerprint string    `json:"fingerprint"`
	Public      string    `json:"public"`
	Comment     string    `json:"comment"`
	AddedAt     time.Time `json:"added_at"`
	UsedAt      time.Time `json:"used_at,omitzero"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
}

// PersonGitHub is an account at GitHub that is linked to the person's.
type PersonGitHub struct {
	Host  string `json:"host"`
	ID    int64  `json:"id"`
	Login string `json:"login"` // last known login
}

// PersonNotice is an address at which a person gets notices.
type PersonNotice struct {
	Channel     schema.NoticeChannel `json:"channel"`
	Address     string               `json:"address"`
	Topics      []schema.NoticeTopic `json:"topics"`
	AddedAt     time.Time            `json:"added_at"`
	ConfirmedAt time.Time            `json:"confirmed_at,omitzero"`
}

// PersonCourse holds the data about a person in a course. Submissions, tries and comments
// include those of pushes for a team; grades include the team's.
type PersonCourse struct {
	Course      string                    `json:"course"`
	Role        schema.Role               `json:"role"`
	StudentID   string                    `json:"student_id,omitempty"`
	Section     string                    `json:"section,omitempty"`
	Dropped     bool                      `json:"dropped,omitempty"`
	Grades      []PersonGrade             `json:"grades"`
	Submissions []schema.PublicSubmission `json:"submissions"` // as the person sees them
	Tries       []PersonTry               `json:"tries"`       // pushes to the branch try
	Comments    []PersonComment           `json:"comments"`    // on their submissions
}

// PersonTry is a try with the points that the person sees.
type PersonTry struct {
	Assignment string    `json:"assignment"`
	Team       string    `json:"team,omitempty"` // team that they pushed it for
	Number     int       `json:"number"`
	ReceivedAt time.Time `json:"received_at"`
	Commit     string    `json:"commit"`
	Score      string    `json:"score,omitempty"` // "" if it was not graded
	Max        string    `json:"max,omitempty"`
}

// PersonComment is a comment on a submission of the person.
type PersonComment struct {
	Submission string    `json:"submission"`
	By         string    `json:"by"`
	Place      string    `json:"place,omitempty"`
	Text       string    `json:"text"`
	MadeAt     time.Time `json:"made_at"`
}

// PersonGrade is a grade.
type PersonGrade struct {
	Assignment string `json:"assignment"`
	Team       string `json:"team,omitempty"`
	Counts     int    `json:"counts"`
	Final      string `json:"final"`
	Max        string `json:"max"`
}

// PersonEntry is an entry of the audit log.
type PersonEntry struct {
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Action  string    `json:"action"`
	Subject string    `json:"subject"`
	Before  string    `json:"before,omitempty"`
	After   string    `json:"after,omitempty"`
	Detail  string    `json:"detail,omitempty"`
}

// maxEntries is the maximum number of audit entries in one export.
const maxEntries = 100_000

// Export returns all data about a person. Hidden tests stay hidden, because the person
// reads the export.
func (e *Erasures) Export(ctx context.Context, by schema.Actor, login string) (Person, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return Person{}, err
	}
	user, err := e.store.UserByLogin(ctx, login)
	if err != nil {
		return Person{}, err
	}
	p := Person{Login: user.Login, Name: user.Name, Email: user.Email, Admin: user.Admin, Disabled: user.Disabled, CreatedAt: user.CreatedAt,
		Keys: []PersonKey{}, GitHub: []PersonGitHub{}, Notices: []PersonNotice{}, Courses: []PersonCourse{}, Audit: []PersonEntry{}}
	if err := e.account(ctx, user, &p); err != nil {
		return p, err
	}
	enrolments, err := e.store.Enrolments(ctx, user.ID)
	if err != nil {
		return p, fmt.Errorf("find courses: %w", err)
	}
	for _, enrolment := range enrolments {
		part, err := e.course(ctx, enrolment)
		if err != nil {
			return p, err
		}
		p.Courses = append(p.Courses, part)
	}
	for _, q := range []schema.AuditQuery{{Actor: login, Limit: maxEntries}, {Subject: login, Limit: maxEntries}} {
		entries, err := e.store.AuditLog(ctx, q)
		if err != nil {
			return p, fmt.Errorf("read the audit log: %w", err)
		}
		for _, entry := range entries {
			p.Audit = append(p.Audit, PersonEntry{entry.At, entry.Actor, entry.Action, entry.Subject, entry.Before, entry.After, entry.Detail})
		}
	}
	return p, nil
}

// account adds the person's keys, linked accounts and notice destinations.
func (e *Erasures) account(ctx context.Context, user schema.User, p *Person) error {
	keys, err := e.store.Keys(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("list keys: %w", err)
	}
	for _, k := range keys {
		p.Keys = append(p.Keys, PersonKey{k.Fingerprint, k.Public, k.Comment, k.AddedAt, k.UsedAt, k.ExpiresAt})
	}
	accounts, err := e.store.GitHubAccounts(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("list accounts at GitHub: %w", err)
	}
	for _, a := range accounts {
		p.GitHub = append(p.GitHub, PersonGitHub(a))
	}
	destinations, err := e.store.NoticeDestinations(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("list addresses for notices: %w", err)
	}
	for _, d := range destinations {
		p.Notices = append(p.Notices, PersonNotice{d.Channel, d.Address, d.Topics, d.MadeAt, d.ConfirmedAt})
	}
	return nil
}

// course returns the data about a person in a course.
func (e *Erasures) course(ctx context.Context, of schema.Enrolment) (PersonCourse, error) {
	part := PersonCourse{Course: of.Course.Code, Role: of.Role, Grades: []PersonGrade{}, Submissions: []schema.PublicSubmission{}, Tries: []PersonTry{}, Comments: []PersonComment{}}
	people, err := e.store.RosterPeople(ctx, of.Course.ID)
	if err != nil {
		return part, fmt.Errorf("list people: %w", err)
	}
	for _, who := range people {
		if who.Login == of.User.Login {
			part.StudentID, part.Section, part.Dropped = who.StudentID, who.Section, who.Dropped
		}
	}
	grades, err := e.store.Grades(ctx, of.Course.ID, of.User.Login)
	if err != nil {
		return part, fmt.Errorf("read grades: %w", err)
	}
	for _, g := range grades {
		is := PersonGrade{Assignment: g.Assignment, Counts: g.Number, Final: g.Final.String(), Max: g.MaxScore.String()}
		if g.Owner != of.User.Login {
			is.Team = g.Owner
		}
		part.Grades = append(part.Grades, is)
	}
	all, err := e.store.Assignments(ctx, of.Course.ID)
	if err != nil {
		return part, fmt.Errorf("list assignments: %w", err)
	}
	for _, a := range all {
		if err := e.assignment(ctx, of, a, &part); err != nil {
			return part, err
		}
	}
	return part, nil
}

// assignment adds a person's work for an assignment, alone and in teams.
func (e *Erasures) assignment(ctx context.Context, of schema.Enrolment, a schema.Assignment, part *PersonCourse) error {
	seats, err := e.store.SeatsOf(ctx, a.ID, of.User.Login)
	if err != nil {
		return fmt.Errorf("list teams: %w", err)
	}
	w := personWork{
		assignment: a, login: of.User.Login, owner: of.User.Login, zone: of.Course.Location(),
		access: course.OwnedBy(course.Viewer{Login: of.User.Login, Role: schema.RoleStudent}, of.User.Login),
	}
	if err := e.work(ctx, w, part); err != nil {
		return err
	}
	done := map[string]bool{}
	for _, seat := range seats {
		if done[seat.Team] { // they left the team and came back
			continue
		}
		done[seat.Team] = true
		w.owner = seat.Team
		if err := e.work(ctx, w, part); err != nil {
			return err
		}
	}
	return nil
}

// personWork identifies a person's pushes to an assignment, for themselves or for a team.
type personWork struct {
	assignment   schema.Assignment
	login, owner string
	access       course.Access
	zone         *time.Location
}

// team returns the team, or "" if the person is the owner.
func (w personWork) team() string {
	if w.owner == w.login {
		return ""
	}
	return w.owner
}

// pushed reports whether the person pushed the work or it was handed in for them.
func (w personWork) pushed(by string) bool { return w.owner == w.login || by == w.login }

// work adds submissions, their comments, and tries.
func (e *Erasures) work(ctx context.Context, w personWork, part *PersonCourse) error {
	numbers := map[int]bool{}
	for after := int64(0); ; {
		page, err := e.store.AllSubmissions(ctx, w.assignment.ID, []string{w.owner}, after, maxPage)
		if err != nil {
			return fmt.Errorf("list submissions: %w", err)
		}
		for _, sub := range page {
			after = sub.ID
			if w.pushed(sub.Login) {
				numbers[sub.Name.Number] = true
				part.Submissions = append(part.Submissions, course.Report(sub, w.access, w.zone))
			}
		}
		if len(page) < maxPage {
			break
		}
	}
	if err := e.tries(ctx, w, part); err != nil {
		return err
	}
	return e.comments(ctx, w, numbers, part)
}

// tries adds the tries that the person pushed.
func (e *Erasures) tries(ctx context.Context, w personWork, part *PersonCourse) error {
	all, err := e.store.Tries(ctx, w.assignment.ID, w.owner, maxEntries)
	if err != nil {
		return fmt.Errorf("list tries: %w", err)
	}
	for _, y := range all {
		if !w.pushed(y.Login) {
			continue
		}
		is := PersonTry{Assignment: w.assignment.Name, Team: w.team(), Number: y.Number, ReceivedAt: y.ReceivedAt, Commit: y.Commit}
		if y.Result != nil {
			seen, _ := course.Redact(*y.Result, w.access)
			is.Score, is.Max = seen.Score.String(), seen.MaxScore.String()
		}
		part.Tries = append(part.Tries, is)
	}
	return nil
}

// comments adds the comments on the submissions with the numbers.
func (e *Erasures) comments(ctx context.Context, w personWork, numbers map[int]bool, part *PersonCourse) error {
	all, err := e.store.OwnerComments(ctx, w.assignment.ID, w.owner)
	if err != nil {
		return fmt.Errorf("list comments: %w", err)
	}
	for _, c := range all {
		if numbers[c.Number] {
			name := schema.SubmissionName{Course: w.assignment.Course.Code, Assignment: w.assignment.Name, Owner: w.owner, Number: c.Number}
			part.Comments = append(part.Comments, PersonComment{name.String(), c.By, c.Place(), c.Text, c.MadeAt})
		}
	}
	return nil
}
