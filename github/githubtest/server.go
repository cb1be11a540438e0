// Package githubtest provides a GitHub server for tests. It has repositories that git can fetch,
// and the part of the API that grader uses, at the paths of an Enterprise Server.
package githubtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Token is the only token that the server accepts.
const Token = "ghs_token"

// Status is a commit's status.
type Status struct {
	Repository  string `json:"-"`
	Commit      string `json:"-"`
	State       string `json:"state"`
	Description string `json:"description"`
	TargetURL   string `json:"target_url,omitempty"`
	Context     string `json:"context"`
}

// Annotation is an annotation of a check run.
type Annotation struct {
	Path    string `json:"path"`
	Line    int    `json:"start_line"`
	Level   string `json:"annotation_level"`
	Message string `json:"message"`
}

// CheckRun is a check run with the annotations of all requests.
type CheckRun struct {
	ID          int64
	Repository  string
	Commit      string
	ExternalID  string
	Conclusion  string
	Title       string
	Summary     string
	Annotations []Annotation
}

// Delivery is an announcement that was sent.
type Delivery struct {
	ID         int64     `json:"id"`
	GUID       string    `json:"guid"`
	At         time.Time `json:"delivered_at"`
	Event      string    `json:"event"`
	Action     string    `json:"action,omitempty"`
	StatusCode int       `json:"status_code"`
}

// Server is a GitHub server for tests.
type Server struct {
	URL string
	t   testing.TB
	dir string
	git string

	mu         sync.Mutex
	refuse     func(*http.Request) (status int, header http.Header) // status 0: the request is answered
	statuses   []Status
	runs       []*CheckRun
	requests   int
	deliveries []Delivery
	again      []int64
	users      map[string]int64
	visible    map[string]string // visibility, by ORGANISATION/NAME; without one a repository is private
	unchanged  int
	app        *app // nil: every App is accepted
}

// SetUser creates an account.
func (s *Server) SetUser(login string, id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users == nil {
		s.users = map[string]int64{}
	}
	s.users[login] = id
}

// SetVisibility sets who may read a repository: public, internal or private.
func (s *Server) SetVisibility(repository, visibility string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.visible == nil {
		s.visible = map[string]string{}
	}
	s.visible[repository] = visibility
}

// Unchanged returns how many questions about a repository were answered by 304 Not Modified.
func (s *Server) Unchanged() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unchanged
}

// New starts a GitHub server that stops when the test ends.
func New(t testing.TB) *Server {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, dir: t.TempDir(), git: git}
	mux := http.NewServeMux()
	const repos = "/api/v3/repos/{owner}/{repo}/"
	for pattern, f := range map[string]http.HandlerFunc{
		"POST " + repos + "statuses/{sha}":                  s.createStatus,
		"GET " + repos + "commits/{sha}/statuses":           s.listStatuses,
		"POST " + repos + "check-runs":                      s.createRun,
		"PATCH " + repos + "check-runs/{id}":                s.updateRun,
		"GET " + repos + "commits/{sha}/check-runs":         s.listRuns,
		"GET /api/v3/repos/{owner}/{repo}":                  s.repository,
		"GET /api/v3/users/{login}":                         s.user,
		"GET /api/v3/users/{login}/keys":                    func(w http.ResponseWriter, _ *http.Request) { s.write(w, []any{}) },
		"GET /api/v3/orgs/{org}/installation":               s.installation,
		"POST /api/v3/app/installations/{id}/access_tokens": s.accessToken,
		"GET /api/v3/app/hook/deliveries":                   s.listDeliveries,
		"POST /api/v3/app/hook/deliveries/{id}/attempts":    s.redeliver,
	} {
		mux.HandleFunc(pattern, s.api(f))
	}
	mux.HandleFunc("/{owner}/{repo}/", s.serveGit)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Refuse sets a function that can refuse requests of the API by returning a status other than 0.
func (s *Server) Refuse(f func(*http.Request) (status int, header http.Header)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = f
}

// Statuses returns every status that was written, oldest first.
func (s *Server) Statuses() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Status(nil), s.statuses...)
}

// CheckRuns returns every check run, oldest first.
func (s *Server) CheckRuns() []CheckRun {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []CheckRun
	for _, run := range s.runs {
		all = append(all, *run)
	}
	return all
}

// Requests returns the number of requests of the API, including refused ones.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// SetDeliveries sets the App's list of deliveries.
func (s *Server) SetDeliveries(all ...Delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries = all
}

// Again returns the deliveries that were requested again.
func (s *Server) Again() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]int64(nil), s.again...)
}

func (s *Server) api(f http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.requests++
		w.Header().Set("Content-Type", "application/json")
		if s.refuse != nil {
			if status, header := s.refuse(r); status != 0 {
				for name := range header {
					w.Header().Set(name, header.Get(name))
				}
				w.WriteHeader(status)
				fmt.Fprint(w, `{"message": "refused"}`)
				return
			}
		}
		proof := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if asApp := ofApp(r); asApp && !s.isProof(proof) || !asApp && proof != Token {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"message": "Bad credentials"}`)
			return
		}
		f(w, r)
	}
}

func repository(r *http.Request) string { return r.PathValue("owner") + "/" + r.PathValue("repo") }

func (s *Server) createStatus(w http.ResponseWriter, r *http.Request) {
	is := Status{Repository: repository(r), Commit: r.PathValue("sha")}
	if err := json.NewDecoder(r.Body).Decode(&is); err != nil || len([]rune(is.Description)) > 140 {
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"message": "Validation Failed"}`)
		return
	}
	s.statuses = append(s.statuses, is)
	w.WriteHeader(http.StatusCreated)
	s.write(w, is)
}

func (s *Server) listStatuses(w http.ResponseWriter, r *http.Request) {
	all := []Status{}
	for _, is := range s.statuses {
		if is.Repository == repository(r) && is.Commit == r.PathValue("sha") {
			all = append([]Status{is}, all...)
		}
	}
	s.write(w, all)
}

// runBody is the body of a request that writes a check run.
type runBody struct {
	HeadSHA    string `json:"head_sha"`
	ExternalID string `json:"external_id"`
	Conclusion string `json:"conclusion"`
	Output     struct {
		Title       string       `json:"title"`
		Summary     string       `json:"summary"`
		Annotations []Annotation `json:"annotations"`
	} `json:"output"`
}

func (s *Server) readRun(w http.ResponseWriter, r *http.Request) (b runBody, ok bool) {
	if err := json.NewDecoder(r.Body).Decode(&b); err != nil || len(b.Output.Annotations) > 50 || b.Output.Summary == "" {
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"message": "Validation Failed"}`)
		return b, false
	}
	return b, true
}

func (s *Server) createRun(w http.ResponseWriter, r *http.Request) {
	b, ok := s.readRun(w, r)
	if !ok {
		return
	}
	run := &CheckRun{
		ID: int64(len(s.runs) + 1), Repository: repository(r), Commit: b.HeadSHA, ExternalID: b.ExternalID, Conclusion: b.Conclusion,
		Title: b.Output.Title, Summary: b.Output.Summary, Annotations: b.Output.Annotations,
	}
	s.runs = append(s.runs, run)
	w.WriteHeader(http.StatusCreated)
	s.write(w, shown(run))
}

func (s *Server) updateRun(w http.ResponseWriter, r *http.Request) {
	b, ok := s.readRun(w, r)
	if !ok {
		return
	}
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id > len(s.runs) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	run := s.runs[id-1]
	run.Annotations = append(run.Annotations, b.Output.Annotations...)
	s.write(w, shown(run))
}

func (s *Server) listRuns(w http.ResponseWriter, r *http.Request) {
	all := []any{}
	for _, run := range s.runs {
		if run.Repository == repository(r) && run.Commit == r.PathValue("sha") {
			all = append(all, shown(run))
		}
	}
	s.write(w, map[string]any{"total_count": len(all), "check_runs": all})
}

func shown(run *CheckRun) map[string]any {
	return map[string]any{"id": run.ID, "external_id": run.ExternalID, "output": map[string]any{"annotations_count": len(run.Annotations)}}
}

func (s *Server) repository(w http.ResponseWriter, r *http.Request) {
	visibility := s.visible[repository(r)]
	if visibility == "" {
		visibility = "private"
	}
	etag := fmt.Sprintf("W/%q", repository(r)+"-"+visibility)
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		s.unchanged++
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.write(w, map[string]any{"id": 99, "full_name": repository(r), "private": visibility != "public", "visibility": visibility})
}

func (s *Server) user(w http.ResponseWriter, r *http.Request) {
	login := r.PathValue("login")
	if s.users[login] == 0 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.write(w, map[string]any{"id": s.users[login], "login": login})
}

func (s *Server) installation(w http.ResponseWriter, _ *http.Request) {
	s.write(w, map[string]any{"id": 7})
}

func (s *Server) accessToken(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusCreated)
	s.write(w, map[string]any{"token": Token, "expires_at": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
}

func (s *Server) listDeliveries(w http.ResponseWriter, _ *http.Request) { s.write(w, s.deliveries) }

func (s *Server) redeliver(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	s.again = append(s.again, id)
	w.WriteHeader(http.StatusAccepted)
	s.write(w, map[string]any{})
}

func (s *Server) write(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.t.Errorf("answer of GitHub: %v", err)
	}
}

// serveGit serves fetches of a repository to clients that have the token.
func (s *Server) serveGit(w http.ResponseWriter, r *http.Request) {
	if user, password, ok := r.BasicAuth(); !ok || user != "x-access-token" || password != Token {
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	(&cgi.Handler{
		Path: s.git, Args: []string{"http-backend"}, Dir: s.dir,
		Env: []string{"GIT_PROJECT_ROOT=" + s.dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "HOME=" + s.dir, "GIT_PROTOCOL=" + r.Header.Get("Git-Protocol")},
	}).ServeHTTP(w, r)
}

// Push commits files to a repository, ORGANISATION/NAME, and moves its main to the commit, which it
// returns. With amend the commit replaces the last one.
func (s *Server) Push(name, author string, amend bool, files map[string]string) string {
	s.t.Helper()
	bare, work := filepath.Join(s.dir, name+".git"), filepath.Join(s.dir, name+".work")
	if _, err := os.Stat(bare); err != nil {
		s.run("", "init", "-q", "--bare", "-b", "main", bare)
		s.run("", "init", "-q", "-b", "main", work)
	}
	for path, text := range files {
		full := filepath.Join(work, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			s.t.Fatal(err)
		}
	}
	s.run(work, "add", "-A")
	args := []string{"-c", "user.name=" + author, "-c", "user.email=" + author + "@example.org", "commit", "-q", "--allow-empty", "-m", "Work"}
	if amend {
		args = append(args, "--amend")
	}
	s.run(work, args...)
	s.run(work, "push", "-q", "--force", bare, "HEAD:main")
	return s.run(work, "rev-parse", "HEAD")
}

func (s *Server) run(dir string, args ...string) string {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), s.git, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "GIT_CONFIG_NOSYSTEM=1", "LC_ALL=C"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// Announcement is the announcement of a push as GitHub sends it.
type Announcement struct {
	Repository   string // ORGANISATION/NAME
	RepositoryID int64
	Ref          string // "" is refs/heads/main
	After        string
	Deleted      bool
	SenderID     int64
	Sender       string
	Message      string // of the last commit
	Public       bool
	Installation int64
}

// Payload returns the announcement's body.
func (a Announcement) Payload() []byte {
	if a.Ref == "" {
		a.Ref = "refs/heads/main"
	}
	owner, name, _ := strings.Cut(a.Repository, "/")
	body := map[string]any{
		"ref": a.Ref, "before": strings.Repeat("0", 40), "after": a.After, "deleted": a.Deleted, "created": false, "forced": false,
		"repository": map[string]any{"id": a.RepositoryID, "name": name, "full_name": a.Repository, "private": !a.Public, "default_branch": "main",
			"owner": map[string]any{"login": owner, "name": owner}},
		"sender":      map[string]any{"id": a.SenderID, "login": a.Sender},
		"head_commit": map[string]any{"id": a.After, "message": a.Message},
	}
	if a.Installation != 0 {
		body["installation"] = map[string]any{"id": a.Installation}
	}
	text, _ := json.Marshal(body) // strings, numbers and booleans only
	return text
}

// Sign returns the signature of a body.
func Sign(secret, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// Request returns the request that announces a push to a webhook's address.
func (a Announcement) Request(t testing.TB, address, delivery string, secret []byte) *http.Request {
	t.Helper()
	body := a.Payload()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", "push")
	r.Header.Set("X-GitHub-Delivery", delivery)
	r.Header.Set("X-Hub-Signature-256", Sign(secret, body))
	return r
}
