package github

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

const (
	// maxPayload is the largest payload that GitHub sends, in bytes.
	maxPayload = 25 << 20
	// smallPayload is the largest payload that is read without a limit on concurrency. At most two
	// larger ones are read at a time.
	smallPayload = 256 << 10
	// lateMark in a commit's message confirms that the push is late, as `git push -o late` does.
	lateMark = "[late]"
)

var (
	deliveryPattern   = regexp.MustCompile(`^[0-9A-Za-z-]{8,64}$`)
	commitPattern     = regexp.MustCompile(`^[0-9a-f]{40}$`)
	repositoryPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$`)
)

// Deliveries stores announcements from GitHub.
type Deliveries interface {
	// ReceiveGitHubPush durably stores an announced push. It returns false if the announcement was
	// received before.
	ReceiveGitHubPush(ctx context.Context, p schema.GitHubPush) (bool, error)
	// ReceiveGitHubVisibility durably stores who may read a repository. It returns false if the
	// announcement was received before.
	ReceiveGitHubVisibility(ctx context.Context, v schema.GitHubVisibility) (bool, error)
}

// Hook receives GitHub's announcements of pushes and of changes of who may read a repository. It
// answers an announcement when it is stored; a push is fetched later. Set the fields before use.
type Hook struct {
	Secret        []byte
	Organisations []Organisation
	Deliveries    Deliveries
	Clock         func() time.Time
	Logger        *slog.Logger

	large chan struct{} // holds a value for each large payload that is being read
}

// NewHook returns a hook with a secret of at least 16 characters. With an empty or short secret
// anybody could sign a payload.
func NewHook(secret []byte, organisations []Organisation, deliveries Deliveries, clock func() time.Time, logger *slog.Logger) (*Hook, error) {
	if len(secret) < 16 {
		return nil, schema.Errorf(schema.CodeInvalid, "the secret of the GitHub webhook has %d characters; use at least 16 random ones", len(secret))
	}
	return &Hook{Secret: secret, Organisations: organisations, Deliveries: deliveries, Clock: clock, Logger: logger, large: make(chan struct{}, 2)}, nil
}

// ServeHTTP implements http.Handler.
func (h *Hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	received := h.Clock()
	body, status, words := h.read(w, r)
	if status == 0 {
		status, words = h.accept(r, body, received)
	}
	level := slog.LevelInfo
	if status >= 400 {
		level = slog.LevelWarn
	}
	h.Logger.Log(r.Context(), level, "GitHub webhook", "status", status, "answer", words, "delivery", schema.Excerpt(r.Header.Get("X-GitHub-Delivery"), 64), "event", schema.Excerpt(r.Header.Get("X-GitHub-Event"), 40))
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, words+"\n") // ignored: the client may be gone
}

// read returns a payload with a valid signature, or else the answer. It does not use the library's
// ValidatePayload, which accepts SHA-1 and reads without a limit.
func (h *Hook) read(w http.ResponseWriter, r *http.Request) (body []byte, status int, words string) {
	signature, ok := strings.CutPrefix(r.Header.Get("X-Hub-Signature-256"), "sha256=")
	sum, err := hex.DecodeString(signature)
	if !ok || err != nil || len(sum) != sha256.Size {
		return nil, http.StatusUnauthorized, "the request is not signed; set the webhook's secret at GitHub"
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return nil, http.StatusUnsupportedMediaType, "the webhook's content type must be application/json; choose it at GitHub"
	}
	if r.ContentLength < 0 || r.ContentLength > smallPayload {
		select {
		case h.large <- struct{}{}:
			defer func() { <-h.large }()
		default:
			return nil, http.StatusServiceUnavailable, "too many large requests at once; deliver it again"
		}
	}
	body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return nil, http.StatusRequestEntityTooLarge, "the request is larger than GitHub's limit of 25 MB"
	}
	if err != nil {
		return nil, http.StatusBadRequest, "the request did not come whole"
	}
	mac := hmac.New(sha256.New, h.Secret)
	mac.Write(body)
	if !hmac.Equal(mac.Sum(nil), sum) {
		return nil, http.StatusUnauthorized, "the signature is wrong; the webhook's secret at GitHub must be that of webhook_secret_file"
	}
	return body, 0, ""
}

// accept handles a payload that GitHub has signed.
func (h *Hook) accept(r *http.Request, body []byte, received time.Time) (status int, words string) {
	event := r.Header.Get("X-GitHub-Event")
	switch event {
	case "ping":
		return http.StatusOK, "pong"
	case "push", "public", "repository":
	default:
		return http.StatusOK, "ignored: only the events Pushes, Repositories and Visibility changes are used; choose these at GitHub (for an App: Push, Repository and Public)"
	}
	delivery := r.Header.Get("X-GitHub-Delivery")
	if !deliveryPattern.MatchString(delivery) {
		return http.StatusBadRequest, "the request has no X-GitHub-Delivery"
	}
	if event == "push" {
		return h.acceptPush(r.Context(), body, delivery, received)
	}
	return h.acceptVisibility(r.Context(), event, body, delivery, received)
}

// acceptPush stores an announced push.
func (h *Hook) acceptPush(ctx context.Context, body []byte, delivery string, received time.Time) (status int, words string) {
	p, ignored, err := readPush(body)
	if status, words = h.unused(p.Repository, ignored, err); status != 0 {
		return status, words
	}
	p.Delivery, p.ReceivedAt = delivery, received
	fresh, err := h.Deliveries.ReceiveGitHubPush(ctx, p)
	return h.stored("push", delivery, fresh, err, "received "+p.Commit[:7]+" of "+p.Repository)
}

// acceptVisibility stores an announced change of who may read a repository.
func (h *Hook) acceptVisibility(ctx context.Context, event string, body []byte, delivery string, received time.Time) (status int, words string) {
	v, ignored, err := readVisibility(event, body)
	if status, words = h.unused(v.Repository, ignored, err); status != 0 {
		return status, words
	}
	v.Delivery, v.ReceivedAt = delivery, received
	fresh, err := h.Deliveries.ReceiveGitHubVisibility(ctx, v)
	visibility := "private"
	if v.Public {
		visibility = "public"
	}
	return h.stored("change", delivery, fresh, err, v.Repository+" is "+visibility)
}

// unused returns the answer to a payload that is wrong or ignored; status 0: it is used.
func (h *Hook) unused(repository, ignored string, err error) (status int, words string) {
	if err != nil {
		return http.StatusBadRequest, schema.MessageOf(err)
	}
	if ignored == "" {
		if _, _, known := organisationOf(h.Organisations, repository); !known {
			ignored = "the organisation of " + repository + " is not in the configuration"
		}
	}
	if ignored != "" {
		return http.StatusOK, "ignored: " + ignored
	}
	return 0, ""
}

// stored returns the answer to an announcement after an attempt to store it.
func (h *Hook) stored(what, delivery string, fresh bool, err error, words string) (int, string) {
	switch {
	case err != nil:
		h.Logger.Error("store a "+what+" of GitHub", "delivery", delivery, "error", err)
		return http.StatusServiceUnavailable, "the " + what + " could not be stored; deliver it again"
	case !fresh:
		return http.StatusOK, "received before"
	}
	return http.StatusAccepted, words
}
