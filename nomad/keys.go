package nomad

import (
	"context"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/schema"
)

// keyPause is how long after the keys were fetched an unknown one is not asked for
// again: whoever invents key ids must not make this server ask Nomad each time.
const keyPause = 10 * time.Second

// keys are the public keys with which Nomad's servers sign, fetched when one is named
// that is not known yet: they change when an operator rotates them.
type keys struct {
	fetch func(ctx context.Context) (jose.JSONWebKeySet, error)
	clock func() time.Time

	mu      sync.Mutex
	set     jose.JSONWebKeySet
	fetched time.Time
}

// find returns the key of the id. CodeUnauthenticated: there is none; CodeUnavailable:
// Nomad does not say.
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
	return jose.JSONWebKey{}, schema.Errorf(schema.CodeUnauthenticated, "the identity is signed by a key that Nomad does not have")
}

// known returns a public key for signatures; a set may also hold others.
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

// identityKeys asks Nomad for its keys.
func (c *Cluster) identityKeys(ctx context.Context) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	if _, err := c.Raw().Query("/.well-known/jwks.json", &set, (&api.QueryOptions{}).WithContext(ctx)); err != nil {
		return set, unanswered("fetch the keys of identities", err)
	}
	return set, nil
}
