package classroom

import (
	"time"

	"github.com/grader/grader/schema"
)

// Store is the durable state that the actions use.
type Store interface {
	AccountStore
	CourseStore
	WorkStore
	QueueStore
	PoolStore
	OperationStore
	AuditStore
	GradeStore
	RosterStore
	RegradeStore
	TeamStore
	PublicationStore
	ReceiptStore
	ReplayStore
	ErasureStore
	ClassStore
	FileStore
	TestsStore
	TokenStore
	CommentStore
	DraftStore
	HandInStore
	ArchiveStore
	GitHubStore
	OutboxStore
	NoticeStore
	ImageStore
}

// Options configures a Classroom.
type Options struct {
	Store Store
	// Live is the running scheduler; nil if no server runs.
	Live Live
	// Flavours holds the flavours of the running server, by name; nil if no server runs.
	Flavours map[string]schema.Flavour
	// ReceiptKey is the public key that verifies the server's receipts, in OpenSSH's form;
	// "" if receipts are not signed.
	ReceiptKey string
	// Trees reads submissions; nil if the repositories cannot be read.
	Trees Trees
	// Images holds images of autograders; nil if the server has none.
	Images ImageHost
	// Notices says which channels for notices the server has.
	Notices NoticeChannels
	// Clock returns the current time; nil means time.Now.
	Clock func() time.Time
}

// Classroom holds the actions on one store.
type Classroom struct {
	Accounts     *Accounts
	Courses      *Courses
	Work         *Work
	Grades       *Grades
	People       *People
	Regrades     *Regrades
	Teams        *Teams
	Comments     *Comments
	HandIns      *HandIns
	Archives     *Archives
	Publications *Publications
	Receipts     *Receipts
	Replays      *Replays
	Erasures     *Erasures
	Classes      *Classes
	Files        *Files
	Tests        *Tests
	Tokens       *Tokens
	Drafts       *Drafts
	Queue        *Queue
	Pools        *Pools
	Operations   *Operations
	Audit        *Audit
	GitHub       *GitHub
	Outbox       *Outbox
	Notices      *Notices
	Images       *Images
	Revoked      *Revocations
}

// New returns the actions on a store.
func New(o Options) *Classroom {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Live == nil {
		o.Live = offline{}
	}
	revoked := new(Revocations)
	accounts := &Accounts{store: o.Store, clock: o.Clock, revoked: revoked}
	work := &Work{store: o.Store, live: o.Live, clock: o.Clock}
	grades := &Grades{store: o.Store, live: o.Live, clock: o.Clock, work: work}
	return &Classroom{
		Accounts:     accounts,
		Courses:      &Courses{store: o.Store, flavours: o.Flavours, clock: o.Clock, revoked: revoked},
		Work:         work,
		Grades:       grades,
		Publications: &Publications{store: o.Store, clock: o.Clock},
		Regrades:     &Regrades{store: o.Store, live: o.Live},
		Teams:        &Teams{store: o.Store, live: o.Live, clock: o.Clock, read: work.Read, revoked: revoked},
		HandIns:      &HandIns{store: o.Store, grades: grades, trees: o.Trees, live: o.Live, clock: o.Clock},
		Archives:     &Archives{store: o.Store, grades: grades, trees: o.Trees, clock: o.Clock},
		Comments:     &Comments{store: o.Store, work: work, trees: o.Trees},
		Classes:      &Classes{store: o.Store},
		Files:        &Files{store: o.Store, flavours: o.Flavours, revoked: revoked},
		Tests:        &Tests{store: o.Store, live: o.Live},
		Tokens:       &Tokens{store: o.Store, accounts: accounts, clock: o.Clock, revoked: revoked},
		Drafts:       &Drafts{store: o.Store, flavours: o.Flavours},
		People:       &People{store: o.Store, clock: o.Clock, read: work.Read, revoked: revoked},
		Receipts:     &Receipts{store: o.Store, work: work, key: o.ReceiptKey},
		Erasures:     &Erasures{store: o.Store, clock: o.Clock, revoked: revoked},
		Replays:      &Replays{store: o.Store, work: work, live: o.Live},
		Queue:        &Queue{store: o.Store, live: o.Live, flavours: o.Flavours},
		Pools:        &Pools{store: o.Store, live: o.Live, flavours: o.Flavours},
		Operations:   &Operations{store: o.Store, clock: o.Clock},
		Audit:        &Audit{store: o.Store},
		GitHub:       &GitHub{store: o.Store, work: work},
		Outbox:       &Outbox{store: o.Store},
		Notices:      &Notices{store: o.Store, accounts: accounts, work: work, grades: grades, live: o.Live, channels: o.Notices, clock: o.Clock},
		Images:       &Images{store: o.Store, host: o.Images},
		Revoked:      revoked,
	}
}
