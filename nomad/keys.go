package nomad

import (
	"context"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/schema"
)

// keyPause is how long after a fetch an unknown key is not fetched again. Otherwise each request
// with an invented key id would make this server query Nomad.
const keyPause = 10 * time.Second

// keys holds the public keys that Nomad's servers sign with. It fetches them when an unknown one is
// named, because operators rotate them.
type keys struct {
	fetch func(ctx context.Context) (jose.JSONWebKeySet, error)
	clock func() time.Time

	mu      sync.Mutex
	set     jose.JSONWebKeySet
	fetched time.Time
}

// find returns the key with the id. CodeUnauthenticated: it does not exist. CodeUnavailable:
// Nomad does not answer.
func (k *keys) find(ctx context.Context, id string) (jose.JSONWebKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.known(id); ok {
		return key, nil
	}
	if k.fetched.IsZero() || k.clock().Sub(k.fetched) > keyPause {
		set, err := k.fetch(ctx)
		if err != nil {
			return jose.JSONWebKey{}, err
		}
		k.set, k.fetched = set, k.clock()
	}
	if key, ok := k.known(id); ok {
		return key, nil
	}
	return jose.JSONWebKey{}, schema.Errorf(schema.CodeUnauthenticated, "the identity is signed with an unknown key")
}

// known returns the public signature key with the id; a set may also hold other keys.
func (k *keys) known(id string) (jose.JSONWebKey, bool) {
	if id == "" {
		return jose.JSONWebKey{}, false
	}
	for _, key := range k.set.Key(id) {
		if key.Valid() && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			return key, true
		}
	}
	return jose.JSONWebKey{}, false
}

// identityKeys fetches Nomad's keys.
func (c *Cluster) identityKeys(ctx context.Context) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	if _, err := c.Raw().Query("/.well-known/jwks.json", &set, (&api.QueryOptions{}).WithContext(ctx)); err != nil {
		return set, unanswered("fetch the keys of identities", err)
	}
	return set, nil
}
