package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
)

const (
	// callTimeout bounds one call of a webhook.
	callTimeout = 20 * time.Second
	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 64 << 10
	// maxPause bounds the pause that a receiver may ask for.
	maxPause = 24 * time.Hour
	// maxAge is how old an entry may get by pauses.
	maxAge = 7 * 24 * time.Hour
	// secretPrefix marks the secret of a webhook.
	secretPrefix = "whsec_"
)

// Webhooks calls people's webhooks as the Standard Webhooks specification has it
// (https://www.standardwebhooks.com). It is the sender of the outbox's kind schema.OutgoingWebhook.
type Webhooks struct {
	composer Composer
	site     func() string
	clock    func() time.Time
	client   *http.Client
}

// NewWebhooks returns the sender. site returns the root of the site. private also calls addresses
// that are not public.
func NewWebhooks(c Composer, site func() string, clock func() time.Time, private bool) *Webhooks {
	dialer := publicDialer()
	if private {
		dialer = &net.Dialer{Timeout: connectTimeout}
	}
	transport := &http.Transport{ // no proxy: it would dial instead of us
		DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTimeout, ResponseHeaderTimeout: callTimeout,
		MaxResponseHeaderBytes: maxAnswer, DisableKeepAlives: true, ForceAttemptHTTP2: true,
	}
	return &Webhooks{composer: c, site: site, clock: clock, client: &http.Client{
		Transport: transport, Timeout: callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// call is the body of a call.
type call struct {
	Type string    `json:"type"` // the topic
	Time time.Time `json:"timestamp"`
	Data callData  `json:"data"`
}

// callData is what happened.
type callData struct {
	schema.NoticeMessage
	URL string `json:"url,omitempty"` // of the page
}

// Send implements outbox.Sender.
func (w *Webhooks) Send(ctx context.Context, e schema.OutboxEntry) error {
	message, found, err := messageOf(ctx, w.composer, e)
	if err != nil || !found {
		return err
	}
	is := call{Type: string(message.Topic), Time: e.MadeAt.UTC(), Data: callData{NoticeMessage: message}}
	if message.Page != "" {
		is.Data.URL = w.site() + message.Page
	}
	is.Data.Page = ""
	body, err := json.Marshal(is)
	if err != nil {
		return fmt.Errorf("write the call: %w", err)
	}
	return w.call(ctx, message.To, e, body)
}

// call makes one call, signed with the time of this attempt.
func (w *Webhooks) call(ctx context.Context, to schema.NoticeDestination, e schema.OutboxEntry, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.Address, bytes.NewReader(body))
	if err != nil {
		return schema.Wrapf(schema.CodeRefused, err, "the URL cannot be called: %s", err)
	}
	now := w.clock()
	at := strconv.FormatInt(now.Unix(), 10)
	signature, err := Sign(to.Secret, e.Token, at, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "grader")
	r.Header.Set("webhook-id", e.Token)
	r.Header.Set("webhook-timestamp", at)
	r.Header.Set("webhook-signature", signature)
	answer, err := w.client.Do(r)
	if refused := new(schema.Error); errors.As(err, &refused) {
		return schema.Wrapf(refused.Code, err, "%s", refused.Message)
	}
	if err != nil {
		return schema.Wrapf(schema.CodeUnavailable, err, "%s does not answer: %s", r.URL.Host, err)
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) // what it says does not matter
	return judge(answer, now, now.Sub(e.MadeAt))
}

// judge says what an answer means for the outbox. A pause that the receiver asks for is kept while the
// entry is younger than maxAge; after that its failures count.
func judge(answer *http.Response, now time.Time, age time.Duration) error {
	host := answer.Request.URL.Host
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusGone:
		return schema.Errorf(schema.CodeRefused, "%s answers %s: it wants no more calls", host, answer.Status)
	case code >= 300 && code < 400:
		return schema.Errorf(schema.CodeUnavailable, "%s answers %s; redirections are not followed, so add the address that it leads to", host, answer.Status)
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 && age < maxAge {
			return &outbox.Later{Until: now.Add(min(time.Duration(seconds)*time.Second, maxPause)), Reason: host + " answers " + answer.Status}
		}
	}
	return schema.Errorf(schema.CodeUnavailable, "%s answers %s", host, answer.Status)
}

// Sign returns the header webhook-signature of a call: HMAC-SHA-256 over its id, the time of the
// attempt (Unix seconds) and its body, joined by dots.
func Sign(secret, id, at string, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) == 0 {
		return "", schema.Errorf(schema.CodeRefused, "the secret of the webhook cannot be read; remove the webhook and add it again")
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%s.", id, at) // a hash takes everything
	_, _ = mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
