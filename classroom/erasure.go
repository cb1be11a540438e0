package classroom

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// ErasureStore is what exporting and erasing a person ask of the store.
type ErasureStore interface {
	// UserByLogin returns an account by its login. CodeNotFound.
	UserByLogin(ctx context.Context, login string) (schema.User, error)
	// Keys returns a user's keys, oldest first.
	Keys(ctx context.Context, user int64) ([]schema.Key, error)
	// Enrolments returns the courses of a user, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
	// RosterPeople returns the people of a course, by login.
	RosterPeople(ctx context.Context, course int64) ([]schema.RosterPerson, error)
	// Assignments returns a course's assignments with their active versions, by name.
	Assignments(ctx context.Context, course int64) ([]schema.Assignment, error)
	// Terms returns what a push of the owner is judged by at that moment.
	Terms(ctx context.Context, assignment int64, owner string, now time.Time) (course.Terms, error)
	// AllSubmissions returns an assignment's submissions, oldest first, after a submission
	// of it (0: from the beginning), at most limit; login "" is every owner's.
	AllSubmissions(ctx context.Context, assignment int64, login string, after int64, limit int) ([]schema.GradedSubmission, error)
	// Tries returns an owner's tries for an assignment, newest first, with summaries of
	// their results, at most limit.
	Tries(ctx context.Context, assignment int64, owner string, limit int) ([]schema.Try, error)
	// OwnerComments returns the comments on all submissions of an owner for an assignment.
	OwnerComments(ctx context.Context, assignment int64, owner string) ([]schema.Comment, error)
	// Grades returns the grades of a course, by owner and assignment; "" is everybody's.
	Grades(ctx context.Context, course int64, owner string) ([]schema.Grade, error)
	// AuditLog returns the entries that a query selects, newest first.
	AuditLog(ctx context.Context, q schema.AuditQuery) ([]schema.AuditEntry, error)
	// Erase replaces a person by an alias everywhere, and returns the person's
	// repositories. CodeRefused: work of the person is being graded.
	Erase(ctx context.Context, by schema.Actor, user schema.User, alias string) ([]int64, error)
}

// Erasures are the actions on everything that the server knows of one person.
type Erasures struct {
	store   ErasureStore
	clock   func() time.Time
	revoked *Revocations
}

// Erased says what became of an erased person. The caller removes the repositories'
// directories.
type Erased struct {
	Alias        string  `json:"alias"`
	Repositories []int64 `json:"repositories"`
}

// Erase replaces a person by an alias: grades stay; the name, the address, keys,
// receipts, texts of results and repositories go. CodeRefused: the person can still hand in
// work, and force is not set; or work is being graded.
func (e *Erasures) Erase(ctx context.Context, by schema.Actor, login string, force bool) (Erased, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return Erased{}, err
	}
	user, err := e.store.UserByLogin(ctx, login)
	if err != nil {
		return Erased{}, err
	}
	if user.ID == by.User.ID {
		return Erased{}, schema.Errorf(schema.CodeRefused, "%s is your own account; let another administrator erase it", login)
	}
	if !force {
		if err := e.closed(ctx, user); err != nil {
			return Erased{}, err
		}
	}
	done := Erased{Alias: "erased-" + strings.ToLower(rand.Text()[:10])}
	if done.Repositories, err = e.store.Erase(ctx, by, user, done.Alias); err != nil {
		return Erased{}, err
	}
	e.revoked.tell(Revocation{User: user.ID, Why: "the account was erased"})
	return done, nil
}

// closed refuses while the person is in a course that still takes their work.
func (e *Erasures) closed(ctx context.Context, user schema.User) error {
	enrolments, err := e.store.Enrolments(ctx, user.ID)
	if err != nil {
		return fmt.Errorf("find courses: %w", err)
	}
	for _, enrolment := range enrolments {
		all, err := e.store.Assignments(ctx, enrolment.Course.ID)
		if err != nil {
			return fmt.Errorf("list assignments: %w", err)
		}
		for _, a := range all {
			if a.Active == nil {
				continue
			}
			now := e.clock()
			terms, err := e.store.Terms(ctx, a.ID, user.Login, now)
			if err != nil {
				return fmt.Errorf("read terms: %w", err)
			}
			if !terms.Schedule.Ended(now) {
				return schema.Errorf(schema.CodeRefused, "%s is in %s, where %s is still open; wait until it has ended, or erase with --force", user.Login, a.Course.Code, a.Name)
			}
		}
	}
	return nil
}

// Person is everything that the server knows of one person, but for their repositories.
type Person struct {
	Login     string         `json:"login"`
	Name      string         `json:"name"`
	Email     string         `json:"email"`
	Admin     bool           `json:"admin"`
	Disabled  bool           `json:"disabled"`
	CreatedAt time.Time      `json:"created_at"`
	Keys      []PersonKey    `json:"keys"`
	Courses   []PersonCourse `json:"courses"`
	Audit     []PersonEntry  `json:"audit"` // what they did, and what was done to them
}

// PersonKey is a public key.
type PersonKey struct {
	Fingerprint string    `json:"fingerprint"`
	Public      string    `json:"public"`
	Comment     string    `json:"comment"`
	AddedAt     time.Time `json:"added_at"`
	UsedAt      time.Time `json:"used_at,omitzero"`
}

// PersonCourse is a person's part in a course.
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

// PersonTry is a try, with the points as the person sees them.
type PersonTry struct {
	Assignment string    `json:"assignment"`
	Number     int       `json:"number"`
	ReceivedAt time.Time `json:"received_at"`
	Commit     string    `json:"commit"`
	Score      string    `json:"score,omitempty"` // "" if it was not graded
	Max        string    `json:"max,omitempty"`
}

// PersonComment is a comment on a submission of the person's.
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

// maxEntries is how many entries of the audit log one export holds.
const maxEntries = 100_000

// Export gathers everything that the server knows of a person. Hidden tests stay hidden:
// the person gets to read it.
func (e *Erasures) Export(ctx context.Context, by schema.Actor, login string) (Person, error) {
	if err := course.MayAdminister(by.User); err != nil {
		return Person{}, err
	}
	user, err := e.store.UserByLogin(ctx, login)
	if err != nil {
		return Person{}, err
	}
	p := Person{Login: user.Login, Name: user.Name, Email: user.Email, Admin: user.Admin, Disabled: user.Disabled, CreatedAt: user.CreatedAt,
		Keys: []PersonKey{}, Courses: []PersonCourse{}, Audit: []PersonEntry{}}
	keys, err := e.store.Keys(ctx, user.ID)
	if err != nil {
		return p, fmt.Errorf("list keys: %w", err)
	}
	for _, k := range keys {
		p.Keys = append(p.Keys, PersonKey{k.Fingerprint, k.Public, k.Comment, k.AddedAt, k.UsedAt})
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
		part.Grades = append(part.Grades, PersonGrade{g.Assignment, g.Number, g.Final.String(), g.MaxScore.String()})
	}
	all, err := e.store.Assignments(ctx, of.Course.ID)
	if err != nil {
		return part, fmt.Errorf("list assignments: %w", err)
	}
	access := course.OwnedBy(course.Viewer{Login: of.User.Login, Role: schema.RoleStudent}, of.User.Login)
	for _, a := range all {
		for after := int64(0); ; {
			page, err := e.store.AllSubmissions(ctx, a.ID, of.User.Login, after, maxPage)
			if err != nil {
				return part, fmt.Errorf("list submissions: %w", err)
			}
			for _, sub := range page {
				part.Submissions = append(part.Submissions, course.Report(sub, access, of.Course.Location()))
				after = sub.ID
			}
			if len(page) < maxPage {
				break
			}
		}
		tries, err := e.tries(ctx, a, of.User.Login, access)
		if err != nil {
			return part, err
		}
		part.Tries = append(part.Tries, tries...)
		comments, err := e.comments(ctx, a, of.User.Login)
		if err != nil {
			return part, err
		}
		part.Comments = append(part.Comments, comments...)
	}
	return part, nil
}

// tries are those of a person for an assignment.
func (e *Erasures) tries(ctx context.Context, a schema.Assignment, login string, access course.Access) ([]PersonTry, error) {
	all, err := e.store.Tries(ctx, a.ID, login, maxEntries)
	if err != nil {
		return nil, fmt.Errorf("list tries: %w", err)
	}
	tries := make([]PersonTry, 0, len(all))
	for _, y := range all {
		is := PersonTry{Assignment: a.Name, Number: y.Number, ReceivedAt: y.ReceivedAt, Commit: y.Commit}
		if y.Result != nil {
			seen, _ := course.Redact(*y.Result, access)
			is.Score, is.Max = seen.Score.String(), seen.MaxScore.String()
		}
		tries = append(tries, is)
	}
	return tries, nil
}

// comments are those on a person's submissions for an assignment.
func (e *Erasures) comments(ctx context.Context, a schema.Assignment, login string) ([]PersonComment, error) {
	all, err := e.store.OwnerComments(ctx, a.ID, login)
	if err != nil {
		return nil, fmt.Errorf("list comments: %w", err)
	}
	comments := make([]PersonComment, 0, len(all))
	for _, c := range all {
		name := schema.SubmissionName{Course: a.Course.Code, Assignment: a.Name, Owner: login, Number: c.Number}
		comments = append(comments, PersonComment{name.String(), c.By, c.Place(), c.Text, c.MadeAt})
	}
	return comments, nil
}
