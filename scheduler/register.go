package scheduler

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"

	"github.com/grader/grader/schema"
)

// maxFact bounds each text that a runner reports about itself (host, image, wall, version), in
// bytes.
const maxFact = 200

// register authenticates a runner once and returns its session's secret. Only the hash of the
// secret is kept.
func (s *runnerAPI) register(w http.ResponseWriter, r *http.Request) error {
	var said schema.Register
	if err := decode(r.Body, maxMessage, &said); err != nil {
		return err
	}
	if said.Protocol != schema.Protocol {
		return schema.Errorf(schema.CodeRefused, "the server speaks protocol %d, this runner %d; install the same version of grader on both", schema.Protocol, said.Protocol)
	}
	m, restore, err := s.authenticate(r.Context(), said)
	if err != nil {
		return err
	}
	flavour, ok := s.Flavours[m.flavour]
	if !ok || said.Flavour != m.flavour {
		return schema.Errorf(schema.CodeForbidden, "the token is for a runner of flavour %s, not %s", m.flavour, fact(said.Flavour))
	}
	flavour.Name = m.flavour
	secret, record := s.newRunner(m.id, said)
	if err := s.Jobs.AddRunner(r.Context(), record); err != nil {
		if schema.CodeOf(err) != schema.CodeConflict {
			restore()
		}
		return err
	}
	m.register(record, s.Clock()) // it does not change afterwards
	s.fleet.admit(m)
	s.failures.resetStarts(m.flavour)
	s.Pools[m.flavour].Registered(m.id)
	s.Logger.Info("runner registered", "runner", m.id, "flavour", m.flavour, "wall", record.Wall, "image", record.Image)
	s.keep(m.flavour)
	reply(w, http.StatusOK, schema.Registered{Runner: m.id, Secret: secret, Flavour: flavour})
	return nil
}

// authenticate returns the runner that sent a registration. restore lets the runner try again if
// the registration could not be stored.
func (s *runnerAPI) authenticate(ctx context.Context, said schema.Register) (m *member, restore func(), err error) {
	if said.Identity == "" {
		m, restore, ok := s.fleet.redeem(said.Token, s.Clock())
		if !ok {
			return nil, nil, schema.Errorf(schema.CodeUnauthenticated, "the token is unknown, used or expired")
		}
		return m, restore, nil
	}
	pool, ok := s.Pools[said.Flavour].(Identifier)
	if !ok {
		return nil, nil, schema.Errorf(schema.CodeUnauthenticated, "runners of flavour %s register with a token", fact(said.Flavour))
	}
	id, err := pool.Identify(ctx, said.Flavour, said.Identity)
	if err != nil {
		return nil, nil, err
	}
	// The store rejects a second registration, even after a restart.
	return s.fleet.expected(id, said.Flavour, s.Clock()), func() {}, nil
}

// newRunner creates the session's secret and the runner's record.
func (s *runnerAPI) newRunner(id string, said schema.Register) (string, schema.Runner) {
	secret := rand.Text()
	hash := sha256.Sum256([]byte(secret))
	return secret, schema.Runner{
		ID:           id,
		Flavour:      said.Flavour,
		SecretHash:   hash[:],
		Host:         fact(said.Host),
		Image:        fact(said.Image),
		Wall:         fact(said.Wall),
		Version:      fact(said.Version),
		RegisteredAt: s.Clock(),
	}
}

// bySecret returns the runner with the hash of a secret. If this process does not know it, an
// earlier process may have registered it in the store.
func (s *runnerAPI) bySecret(ctx context.Context, hash [sha256.Size]byte) (*member, error) {
	if m := s.fleet.bySecret(hash); m != nil {
		return m, nil
	}
	r, err := s.Jobs.RunnerBySecret(ctx, hash[:])
	if err != nil {
		return nil, err
	}
	return s.adopt(ctx, r)
}

// adopt adds a runner that an earlier process registered. The runner continues if it still has its
// job; otherwise it is over.
func (s *registry) adopt(ctx context.Context, r schema.Runner) (*member, error) {
	m := &member{id: r.ID, flavour: r.Flavour, runner: r, phase: phaseReady, since: s.Clock()}
	if r.Job != 0 {
		job, err := s.Jobs.Job(ctx, r.Job)
		if err != nil {
			return nil, err
		}
		m.phase, m.job = phaseOver, job.ID
		if job.Runner == r.ID {
			m.attempt = job.Attempt
			m.built = job.State != schema.StateAssigned
			if !job.State.Ended() && job.State != schema.StateQueued {
				m.phase = phaseBusy
			}
		}
	}
	s.fleet.admit(m)
	return m, nil
}

// fact makes a short text from a runner safe to show.
func fact(text string) string { return truncate(schema.Sanitize(text), maxFact) }
