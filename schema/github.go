package schema

import "time"

// ChannelGitHub is a push to a repository at GitHub.
const ChannelGitHub Channel = "github"

// Kinds of outbox entries about GitHub.
const (
	OutgoingGitHubPush   = "github.push"   // an announced GitHubPush to fetch
	OutgoingGitHubStatus = "github.status" // a GitHubStatus to set on a commit
)

// GitHubAccount is an account on a GitHub server. Its ID stays the same when the login changes.
type GitHubAccount struct {
	Host  string // address of the GitHub: "https://github.com"
	ID    int64
	Login string // the last known one
}

// GitHubCommit is a commit in a repository at GitHub.
type GitHubCommit struct {
	Repository   string `json:"repository"` // ORGANISATION/NAME
	RepositoryID int64  `json:"repository_id"`
	Installation int64  `json:"installation,omitempty"` // of our App, 0 for unknown
	Commit       string `json:"commit"`                 // hex
	// Public means that everybody could read the repository when the commit was pushed. Grades must
	// not be shown there.
	Public bool `json:"public,omitempty"`
}

// GitHubPush is a push that GitHub announced.
type GitHubPush struct {
	GitHubCommit
	Delivery   string    `json:"delivery"` // id of the announcement
	SenderID   int64     `json:"sender_id"`
	Sender     string    `json:"sender"` // login of the pusher
	Late       bool      `json:"late,omitempty"`
	Forced     bool      `json:"forced,omitempty"`
	ReceivedAt time.Time `json:"received_at"` // when this server received it: the time that counts
	// PushedAt is when GitHub received the push, to the second; zero: unknown. It is used only to
	// order the pushes to a repository.
	PushedAt time.Time `json:"pushed_at,omitzero"`
}

// GitHubVisibility is an announced change of who may read a repository at GitHub.
type GitHubVisibility struct {
	Delivery     string // id of the announcement
	Repository   string // ORGANISATION/NAME
	RepositoryID int64
	Public       bool      // everybody may read the repository
	ChangedAt    time.Time // when it changed, to the second; zero: unknown
	ReceivedAt   time.Time // when this server received the announcement
}

// GitHubStatus names the subject of a commit's status: a submission, a version of tests, or a
// refused push. The state is read at delivery.
type GitHubStatus struct {
	GitHubCommit
	Submission SubmissionName `json:"submission,omitzero"`
	Tests      string         `json:"tests,omitempty"`   // COURSE/ASSIGNMENT
	Refused    string         `json:"refused,omitempty"` // why the push was refused
	Page       string         `json:"page,omitempty"`    // path of the page where the pusher can fix the problem
	// SenderID is the id of the GitHub account that made the refused push; 0: not refused, or stored
	// by a version that did not record it.
	SenderID int64 `json:"sender_id,omitempty"`
	// Openly means that Refused reveals nothing about the grade, so that everybody may read it.
	Openly bool `json:"openly,omitempty"`
}

// StatusState is the state of a commit's status at GitHub.
type StatusState string

// The states.
const (
	StatusPending StatusState = "pending"
	StatusSuccess StatusState = "success"
	StatusFailure StatusState = "failure" // a problem of the pushed work
	StatusError   StatusState = "error"   // a problem on our side
)

// CommitStatus describes a push to everybody who can read its repository.
type CommitStatus struct {
	State       StatusState
	Description string // a line
	Page        string // path of the page below the site's root, "" for none
	Summary     string // Markdown
	Annotations []Annotation
}

// Annotation is a message about a line of a file.
type Annotation struct {
	Path    string // below the root of the repository
	Line    int    // from 1
	Warning bool   // false: an error
	Message string
}

// FetchedPush is a commit on another server that this server records as a push.
type FetchedPush struct {
	Path     string // of the repository here
	Commit   string // hex
	Late     bool   // the pusher accepts being late
	Received time.Time
	URL      string // of the repository there
	Header   string // header of requests to URL: "Authorization: Basic …"; "" for none
}
