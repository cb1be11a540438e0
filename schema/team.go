package schema

import (
	"strings"
	"time"
)

// Team is a team of an assignment. It owns the pushes of its members, under its name.
type Team struct {
	Name        string   `json:"team"`
	Members     []string `json:"members"` // logins, in order
	Invited     []string `json:"invited,omitempty"`
	Submissions int      `json:"submissions"`      // pushes to its repository, including kept ones and ones still being recorded
	Absent      []string `json:"absent,omitempty"` // members who are no longer students of the course
}

// TeamName checks the name of a new team. It must be an owner name and not a number, because
// COURSE/ASSIGNMENT/3 is the asker's third submission.
func TeamName(s string) error {
	if err := OwnerName("team", s); err != nil {
		return err
	}
	if strings.Trim(s, "0123456789") == "" {
		return Errorf(CodeInvalid, "team %q: use at least one letter, such as team-%s; a number alone names a submission", s, s)
	}
	return nil
}

// Seat is a period of membership in a team.
type Seat struct {
	Assignment int64
	Team       string
	Login      string
	Joined     time.Time
	Left       time.Time // zero: a member now
	Tokens     int       // late days that the team's counting submission had spent when they left; -1: none counted
	Mark       int       // number of the submission that the team had marked when they left, 0 for none
	Student    bool      // is a student of the course now
}

// TeamChange describes a change of one team or person.
type TeamChange struct {
	Kind  TeamKind `json:"kind"`
	Line  int      `json:"line,omitempty"` // of the file
	Team  string   `json:"team"`
	Login string   `json:"login,omitempty"`
	What  string   `json:"what,omitempty"` // details, or why it is refused
}

// TeamKind says what happens to a team or a person.
type TeamKind string

// The kinds of change.
const (
	TeamCreated   TeamKind = "created"
	TeamJoined    TeamKind = "joined"
	TeamLeft      TeamKind = "left"
	TeamInvited   TeamKind = "invited"
	TeamUninvited TeamKind = "uninvited" // declined, withdrawn, or answered by joining another team
	TeamDeleted   TeamKind = "deleted"
	TeamUnchanged TeamKind = "unchanged"
	TeamRefused   TeamKind = "refused"
)

// TeamRow is one line of a team file.
type TeamRow struct {
	Line int
	Team string
	// Exactly one of these identifies the person.
	Login, StudentID, Email string
}

// TeamRequest is a requested change of an assignment's teams.
type TeamRequest struct {
	Assignment Assignment
	Names      []string // logins and names of teams that it concerns, in addition to those of the course
	DryRun     bool     // report the changes without making them
}
