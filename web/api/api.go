package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/intake"
	"github.com/grader/grader/web/sse"
)

// Prefix is the API's path on the site.
const Prefix = "/api/v1"

// Accounts is the API's port for accounts, in addition to the classroom.
type Accounts interface {
	// Enrolments returns a user's courses, by code.
	Enrolments(ctx context.Context, user int64) ([]schema.Enrolment, error)
}

// Results is the API's port for submissions, in addition to the classroom.
type Results interface {
	// Terms returns the terms that apply to a push of the owner at the time now.
	Terms(ctx context.Context, assignment int64, owner string, now time.Time) (course.Terms, error)
	// Recent returns the latest submissions of a user and their teams in all courses, with summaries
	// of their results.
	Recent(ctx context.Context, user int64, limit int) ([]schema.GradedSubmission, error)
	// Events returns a job's events after seq, at most limit.
	Events(ctx context.Context, job, seq int64, limit int) ([]schema.Event, error)
}

// Live is the API's port to the scheduler.
type Live interface {
	// Watch streams a job's events after seq and closes the channel at the job's end, when
	// ctx ends, or when the reader is too slow.
	Watch(ctx context.Context, job, after int64) (<-chan schema.Event, error)
	// Place returns the place of a queued job.
	Place(job int64) schema.Place
}

// Files reads the files of a commit.
type Files interface {
	// Files returns the files of a commit by path. CodeLimit: the number of files exceeds most.
	Files(ctx context.Context, repository int64, commit string, most int) ([]course.TreeEntry, error)
}

// Contents reads one file of a commit.
type Contents interface {
	// ReadFile returns a file. CodeNotFound: it does not exist. CodeLimit: it is larger than max
	// bytes.
	ReadFile(ctx context.Context, repository int64, commit, path string, max int64) ([]byte, error)
}

// Uploads receives uploads.
type Uploads interface {
	// Upload pushes files as one commit of the actor. CodeRefused: the push was refused, and the
	// message says why.
	Upload(ctx context.Context, by schema.Actor, u schema.Upload) (schema.Uploaded, error)
}

// Requests stores the requests that were sent with an Idempotency-Key.
type Requests interface {
	// BeginAPIRequest stores a request in the state running and returns it with its id. If the person
	// sent a request with that key within schema.KeepAPIRequests, it returns that one instead, and
	// begun is false. If too many of the person are kept, it removes the oldest one that has ended.
	// CodeLimit: none has ended.
	BeginAPIRequest(ctx context.Context, q schema.APIRequest) (kept schema.APIRequest, begun bool, err error)
	// DoubtAPIRequest records that a running request begins work that is not part of a transaction.
	DoubtAPIRequest(ctx context.Context, id int64) error
	// AnswerAPIRequest stores the answer to a request. refused means that the answer refuses it. If the
	// answer is nil or the person's answers are too large together, it stores instead that the request
	// was carried out; a request that was refused and changed nothing is removed.
	AnswerAPIRequest(ctx context.Context, id int64, refused bool, answer []byte) error
	// DropAPIRequest removes a request that changed nothing, so that it can be sent again. A request
	// in the state done stays, and one in the state unknown unless the caller is sure.
	DropAPIRequest(ctx context.Context, id int64, sure bool) error
}

// Options holds the configuration and the ports of the API.
type Options struct {
	Classroom *classroom.Classroom
	Accounts  Accounts
	Results   Results
	Live      Live
	Files     Files
	Contents  Contents
	Uploads   Uploads  // nil: files can be handed in only with git
	Requests  Requests // nil: the API refuses the header Idempotency-Key
	// Room limits the large requests that are received at once. nil: the API creates its own.
	Room *intake.Room
	// Operations runs the operations of grader admin. nil: the API does not serve them.
	Operations Operations
	Clock      func() time.Time
	Logger     *slog.Logger
	Version    string // of this program
	PublicURL  string // address of the site for clients; "": the address in the request
	// Measure wraps the handler of a pattern to measure it. nil: the API does not measure.
	Measure func(pattern string, h http.Handler) http.Handler
	// Closing is closed when the site stops, which ends the streams.
	Closing <-chan struct{}
}

// API serves the requests below Prefix. Close it after use.
type API struct {
	Options
	mux         *http.ServeMux
	routes      []route
	document    []byte // OpenAPI
	streams     *sse.Streams
	texts       *sse.Shared[string]               // of events, for streams of staff
	facts       *sse.Shared[*classroom.WorkFacts] // at the end of streams of staff
	busy        busy                              // operations that are running
	ends        *sse.Turns                        // to decide again at the end
	once        once                              // requests with an Idempotency-Key that are running
	unsubscribe func()                            // ends the subscription to revocations
}

// New returns the API.
func New(o Options) (*API, error) {
	if o.Room == nil {
		o.Room = intake.NewRoom()
	}
	a := &API{Options: o, mux: http.NewServeMux(), streams: sse.NewStreams("event streams", o.Logger)}
	a.texts, a.facts = sse.NewShared[string](o.Clock), sse.NewShared[*classroom.WorkFacts](o.Clock)
	a.ends = sse.NewTurns(endsAtOnce)
	a.routes = a.table()
	var err error
	if a.document, err = newDocument(a.routes, o.Version); err != nil {
		return nil, err
	}
	a.register()
	a.unsubscribe = o.Classroom.Revoked.Listen(a.streams.Revoke)
	return a, nil
}

// Close ends the subscription to revocations and waits for the streams and for requests whose clients
// have disconnected. They end when Options.Closing is closed. When ctx ends, Close closes the connections of the rest.
func (a *API) Close(ctx context.Context) {
	a.unsubscribe()
	a.streams.Wait(ctx)
	a.once.wait(ctx)
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Patterns returns the patterns of the routes, such as "GET /api/v1/me".
func (a *API) Patterns() []string {
	var all []string
	for _, r := range a.routes {
		all = append(all, r.pattern())
	}
	return all
}

// register fills the mux with the routes. Requests with other methods or paths also get a problem
// as the reply.
func (a *API) register() {
	paths := make(map[string]string) // path → methods
	for _, r := range a.routes {
		if r.open {
			a.handle(r.pattern(), http.HandlerFunc(a.serveDocument))
		} else {
			a.handle(r.pattern(), a.handler(r))
		}
		if paths[r.path] != "" {
			paths[r.path] += ", "
		}
		paths[r.path] += r.method
	}
	for path, methods := range paths {
		a.handle(Prefix+path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", methods)
			a.fail(w, r, problem{Status: http.StatusMethodNotAllowed, Code: schema.CodeInvalid, Detail: "this address answers " + methods})
		}))
	}
	a.handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.fail(w, r, newProblem(schema.Errorf(schema.CodeNotFound, "there is no %s in the API; GET %s/openapi.json lists the addresses", r.URL.Path, Prefix)))
	}))
}

func (a *API) handle(pattern string, h http.Handler) {
	if a.Measure != nil {
		h = a.Measure(pattern, h)
	}
	a.mux.Handle(pattern, h)
}
