package schema

import "time"

// PushedCommit is a commit that was pushed to an assignment. A repository keeps it permanently.
type PushedCommit struct {
	Repository int64
	Commit     string // hex
	Owner      string // of the repository
	PusherID   int64
	Pusher     string // login
	TryOut     bool   // pushed by staff
}

// HandIn is a commit that staff submit on behalf of an owner.
type HandIn struct {
	Assignment Assignment
	Owner      string
	Source     PushedCommit
	Intent     string // names the pin
	Tree       string // hex
	Received   time.Time
	Reason     string
}

// ArchivedWork is the submission that counts for one owner and assignment.
type ArchivedWork struct {
	Owner      string    `json:"owner"`
	Members    []string  `json:"members,omitempty"` // of a team
	Team       string    `json:"team,omitempty"`    // team that made the submission, if the owner has left it
	Number     int       `json:"number"`
	Repository int64     `json:"-"`
	Commit     string    `json:"commit"`
	Tree       string    `json:"tree"`
	ReceivedAt time.Time `json:"received_at"`
}
