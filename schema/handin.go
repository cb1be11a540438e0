package schema

import "time"

// PushedCommit is a commit that somebody pushed to an assignment: it is kept in a
// repository for good.
type PushedCommit struct {
	Repository int64
	Commit     string // hex
	Owner      string // of the repository
	PusherID   int64
	Pusher     string // login
	TryOut     bool   // pushed by staff
}

// HandIn is a commit that staff hand in for an owner.
type HandIn struct {
	Assignment Assignment
	Owner      string
	Source     PushedCommit
	Intent     string // names the pin
	Tree       string // hex
	Received   time.Time
	Reason     string
}

// ArchivedWork is what counts of one owner for an assignment.
type ArchivedWork struct {
	Owner      string    `json:"owner"`
	Members    []string  `json:"members,omitempty"` // of a team
	Team       string    `json:"team,omitempty"`    // whose submission it is, where the owner has left that team
	Number     int       `json:"number"`
	Repository int64     `json:"-"`
	Commit     string    `json:"commit"`
	Tree       string    `json:"tree"`
	ReceivedAt time.Time `json:"received_at"`
}
