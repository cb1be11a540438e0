package notify_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grader/grader/notify"
	"github.com/grader/grader/schema"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// receiver is a webhook that verifies each call according to the specification.
type receiver struct {
	t     *testing.T
	clock func() time.Time
	mu    sync.Mutex
	ids   []string
	calls []map[string]any
	code  int
	retry string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		r.t.Error(err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		r.t.Error(err)
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(q.Header.Get("webhook-id") + "." + q.Header.Get("webhook-timestamp") + "." + string(body)))
	version, signature, _ := strings.Cut(q.Header.Get("webhook-signature"), ",")
	given, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || version != "v1" || !hmac.Equal(given, mac.Sum(nil)) {
		r.t.Errorf("the signature %q is wrong", q.Header.Get("webhook-signature"))
	}
	if at, err := strconv.ParseInt(q.Header.Get("webhook-timestamp"), 10, 64); err != nil || at != r.clock().Unix() {
		r.t.Errorf("the time is %q, want that of the attempt", q.Header.Get("webhook-timestamp"))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var is map[string]any
	if err := json.Unmarshal(body, &is); err != nil {
		r.t.Error(err)
	}
	r.ids, r.calls = append(r.ids, q.Header.Get("webhook-id")), append(r.calls, is)
	if r.retry != "" {
		w.Header().Set("Retry-After", r.retry)
	}
	w.WriteHeader(r.code)
}

func (b *bench) hooks(private bool) {
	b.Senders[schema.OutgoingWebhook] = notify.NewWebhooks(b.message, func() string { return "https://grader.example.edu" }, b.clock, private)
}

func hook(url string) schema.NoticeMessage {
	m := to(url)
	m.To.Secret = secret
	return m
}

// TestSignatureOfTheSpecification signs the example of the Standard Webhooks specification.
func TestSignatureOfTheSpecification(t *testing.T) {
	t.Parallel()
	got, err := notify.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	check(t, err)
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestWebhookIsSignedAndRepeated calls a receiver that fails first.
func TestWebhookIsSignedAndRepeated(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := &receiver{t: t, clock: b.clock, code: http.StatusInternalServerError}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	b.hooks(true)
	b.add(1, schema.NoticeWebhook, hook(server.URL))
	b.at = b.deliver(schema.OutgoingWebhook)
	r.code = http.StatusNoContent
	b.deliver(schema.OutgoingWebhook)
	if len(r.ids) != 2 || r.ids[0] != r.ids[1] || r.ids[0] == "" || len(b.waiting()) != 0 {
		t.Fatalf("calls %v; %d wait", r.ids, len(b.waiting()))
	}
	data := r.calls[1]["data"].(map[string]any)
	if r.calls[1]["type"] != "verdict" || r.calls[1]["timestamp"] != "2026-09-14T09:00:00Z" || data["url"] != "https://grader.example.edu/comp1/a1/alice/1" || data["subject"] != "comp1/a1: graded" {
		t.Errorf("%v", r.calls[1])
	}
	if text, _ := json.Marshal(r.calls[1]); strings.Contains(string(text), "STOP1") || strings.Contains(string(text), secret) {
		t.Errorf("a secret is in %s", text)
	}
}

// TestWebhooksAnswers checks what each answer means.
func TestWebhooksAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    int
		retry   string
		givenUp bool
		wait    time.Duration // 0: delivered or given up
	}{
		{http.StatusOK, "", false, 0},
		{http.StatusGone, "", true, 0},
		{http.StatusFound, "", false, 5 * time.Second},
		{http.StatusUnauthorized, "", false, 5 * time.Second},
		{http.StatusNotFound, "", false, 5 * time.Second},
		{http.StatusTooManyRequests, "120", false, 2 * time.Minute},
		{http.StatusServiceUnavailable, "99999999", false, 24 * time.Hour},
		{http.StatusServiceUnavailable, "-1", false, 5 * time.Second},
	} {
		b := newBench(t)
		r := &receiver{t: t, clock: b.clock, code: c.code, retry: c.retry}
		server := httptest.NewServer(r)
		t.Cleanup(server.Close)
		b.hooks(true)
		b.add(1, schema.NoticeWebhook, hook(server.URL))
		next := b.deliver(schema.OutgoingWebhook)
		left := b.waiting()
		switch {
		case c.wait > 0:
			if got := next.Sub(b.at); got != c.wait {
				t.Errorf("%d %q: tried again after %s, want %s", c.code, c.retry, got, c.wait)
			}
		case c.givenUp != (len(left) == 1 && !left[0].FailedAt.IsZero()), !c.givenUp && len(left) != 0:
			t.Errorf("%d: %+v", c.code, left)
		}
	}
}

// TestPausesOfAWebhookEnd checks that a call is given up if its receiver asks for pauses for more
// than a week.
func TestPausesOfAWebhookEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := &receiver{t: t, clock: b.clock, code: http.StatusServiceUnavailable, retry: "86400"}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	b.hooks(true)
	b.add(1, schema.NoticeWebhook, hook(server.URL))
	for range 20 {
		if next := b.deliver(schema.OutgoingWebhook); !next.IsZero() {
			b.at = next
		}
	}
	if left := b.waiting(); len(left) != 1 || left[0].FailedAt.IsZero() || len(r.ids) > 9 {
		t.Errorf("after %d calls: %+v", len(r.ids), left)
	}
}

// TestWebhooksDialPublicAddressesOnly calls a server on this machine by its address, by a name that
// resolves to it, and by other notations of the address.
func TestWebhooksDialPublicAddressesOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r := &receiver{t: t, clock: b.clock, code: http.StatusOK}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	b.hooks(false)
	hosts := []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "[::1]", "[::]"}
	for i, host := range hosts {
		b.add(int64(i+1), schema.NoticeWebhook, hook("http://"+host+port+"/"))
	}
	b.deliver(schema.OutgoingWebhook)
	if len(r.ids) != 0 {
		t.Errorf("%d calls reached the server", len(r.ids))
	}
	left := b.waiting()
	for _, e := range left {
		if e.FailedAt.IsZero() || !strings.Contains(e.LastError, "not a public address") {
			t.Errorf("%s: %q", b.message[idOf(e)].To.Address, e.LastError)
		}
	}
	if len(left) != len(hosts) {
		t.Errorf("%d of %d are left", len(left), len(hosts))
	}
}

func idOf(e schema.OutboxEntry) int64 {
	var n schema.Notice
	_ = json.Unmarshal(e.Body, &n)
	return n.Destination
}
