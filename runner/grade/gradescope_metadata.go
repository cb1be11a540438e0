package grade

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// gradescopeTime is Gradescope's time format: ISO 8601 with microseconds and the offset.
const gradescopeTime = "2006-01-02T15:04:05.000000-07:00"

// gradescopeMetadata is submission_metadata.json, with its keys in Gradescope's order.
//
// Source: Gradescope's public page "Submission metadata".
type gradescopeMetadata struct {
	ID         int64                `json:"id"`
	Users      []gradescopeUser     `json:"users"`
	CreatedAt  string               `json:"created_at"`
	Assignment int64                `json:"assignment_id"`
	About      gradescopeAssignment `json:"assignment"`
	Method     string               `json:"submission_method"`
	Previous   []struct{}           `json:"previous_submissions"`
}

// gradescopeUser is one of the submitters.
type gradescopeUser struct {
	ID         int64           `json:"id"`
	Email      string          `json:"email"`
	Name       string          `json:"name"`
	SID        string          `json:"sid"`
	Assignment gradescopeDates `json:"assignment"`
}

// gradescopeDates are the dates of an assignment.
type gradescopeDates struct {
	Release *string `json:"release_date"`
	Due     *string `json:"due_date"`
	LateDue *string `json:"late_due_date"`
}

// gradescopeAssignment is the metadata of the assignment.
type gradescopeAssignment struct {
	ID      int64                `json:"id"`
	Title   string               `json:"title"`
	Course  int64                `json:"course_id"`
	Due     *string              `json:"due_date"`
	LateDue *string              `json:"late_due_date"`
	Release *string              `json:"release_date"`
	Size    *int                 `json:"group_size"`
	Group   bool                 `json:"group_submission"`
	Points  string               `json:"total_points"`
	Outline []gradescopeQuestion `json:"outline"`
}

// gradescopeQuestion is one question of the outline.
type gradescopeQuestion struct {
	ID     int64      `json:"id"`
	Type   string     `json:"type"`
	Title  string     `json:"title"`
	Parent *int64     `json:"parent_id"`
	Weight string     `json:"weight"`
	Text   []struct{} `json:"content"`
	Index  int        `json:"index"`
}

// metadata returns submission_metadata.json, on one line. Logins replace the names and addresses of
// students, which stay on the server.
func (r *trial) metadata() ([]byte, error) {
	s := r.session
	m := gradescopeMetadata{
		ID: 1, CreatedAt: s.created().Format(gradescopeTime), Assignment: 1, Method: "GitHub", Users: []gradescopeUser{}, Previous: []struct{}{},
		About: gradescopeAssignment{
			ID: 1, Title: s.spec.Title, Course: 1, Group: s.spec.Team != nil, Points: withPoint(s.total()),
			Due: optionalTime(s.inZone(s.spec.Due)), Release: optionalTime(s.inZone(s.spec.Release)),
			Outline: []gradescopeQuestion{{ID: 1, Type: "ProgrammingQuestion", Title: "Autograder", Weight: withPoint(r.test.Points.Total), Text: []struct{}{}, Index: 1}},
		},
	}
	if s.spec.Late != nil {
		m.About.LateDue = optionalTime(s.inZone(s.spec.Late.Until))
	}
	if s.spec.Team != nil {
		m.About.Size = &s.spec.Team.Max
	}
	for i, login := range s.job.Owners {
		m.Users = append(m.Users, gradescopeUser{ID: int64(i + 1), Email: login, Name: login, SID: login, Assignment: gradescopeDates{
			Release: m.About.Release, Due: m.About.Due, LateDue: m.About.LateDue,
		}})
	}
	line, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write metadata: %w", err)
	}
	return append(line, '\n'), nil
}

// created returns when the submission was received, or now if that is unknown.
func (s *workspace) created() time.Time {
	at := s.job.ReceivedAt
	if at.IsZero() {
		at = s.now()
	}
	return s.inZone(at)
}

// inZone returns a time in the course's zone. It returns the zero time unchanged.
func (s *workspace) inZone(t time.Time) time.Time {
	if t.IsZero() || s.job.Zone == nil {
		return t
	}
	return t.In(s.job.Zone)
}

// optionalTime formats a time. It returns nil for the zero time.
func optionalTime(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	words := t.Format(gradescopeTime)
	return &words
}

// withPoint formats points as Gradescope does, with a decimal point.
func withPoint(p schema.Points) string {
	words := p.Number().String()
	if !strings.Contains(words, ".") {
		words += ".0"
	}
	return words
}
