package nomad_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/hashicorp/nomad/api"

	"github.com/grader/grader/nomad"
	"github.com/grader/grader/schema"
)

// refusal is a response with a status other than 200.
type refusal struct {
	status int
	words  string
}

// clinic responds like Nomad to a token with all rights that a pool needs. A test replaces single
// responses.
func clinic(t *testing.T, wrong map[string]any) string {
	t.Helper()
	answers := map[string]any{
		"GET /v1/status/leader":                       "10.0.0.1:4647",
		"GET /.well-known/jwks.json":                  jose.JSONWebKeySet{Keys: []jose.JSONWebKey{newRSA(t, "k").public()}},
		"GET /.well-known/openid-configuration":       refusal{404, "OIDC Discovery endpoint disabled"},
		"GET /v1/namespace/default":                   api.Namespace{Name: "default"},
		"GET /v1/jobs":                                []*api.JobListStub{},
		"GET /v1/allocations":                         []*api.AllocationListStub{},
		"GET /v1/nodes":                               []*api.NodeListStub{{ID: "1", Status: "ready", Drivers: map[string]*api.DriverInfo{"docker": {Healthy: true}}}, {ID: "2", Status: "down"}},
		"POST /v1/job/grader-nobody/nothing/dispatch": refusal{500, "parameterized job not found"},
		"POST /v1/job/grader-small/trial/plan":        api.JobPlanResponse{},
	}
	for request, answer := range wrong {
		answers[request] = answer
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodPut {
			method = http.MethodPost
		}
		answer, ok := answers[method+" "+r.URL.Path]
		if no, is := answer.(refusal); is {
			http.Error(w, no.words, no.status)
			return
		}
		if !ok {
			t.Errorf("the probe asks %s %s", r.Method, r.URL.Path)
		}
		w.Header().Set("X-Nomad-Index", "7")
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}

func probed(t *testing.T, a nomad.Address, change ...func(*nomad.Settings)) []nomad.Check {
	t.Helper()
	s := nomad.Settings{Prefix: "grader", Server: "http://10.0.0.1:7070", Network: "grader", Wall: "uid"}
	for _, c := range change {
		c(&s)
	}
	return nomad.Probe(t.Context(), a, s, []schema.Flavour{{Name: "small", Image: "runner:1", CPU: 1, Memory: 64 << 20, Scratch: 1 << 20, Processes: 9}})
}

// broken returns the failed checks, one per line.
func broken(checks []nomad.Check) string {
	var lines []string
	for _, c := range checks {
		if !c.Works {
			lines = append(lines, c.What+": "+c.Says+" | "+c.Remedy)
		}
	}
	return strings.Join(lines, "\n")
}

func TestProbeReportsFaultsAndRemedies(t *testing.T) {
	t.Parallel()
	denied := refusal{403, "Permission denied"}
	failed := func(m api.AllocationMetric) api.JobPlanResponse {
		return api.JobPlanResponse{FailedTGAllocs: map[string]*api.AllocationMetric{"runner": &m}}
	}
	stub := func(client string) []*api.AllocationListStub {
		return []*api.AllocationListStub{
			{JobID: "grader-small/dispatch-1", NodeName: "n0", ClientStatus: "complete", CreateIndex: 1},
			{JobID: "grader-small/dispatch-2", NodeName: "n1", ClientStatus: client, CreateIndex: 2, TaskStates: map[string]*api.TaskState{
				"runner": {Events: []*api.TaskEvent{{Type: api.TaskDriverFailure, DisplayMessage: "Failed to find docker image runner:1"}}}}},
		}
	}
	const plan, apply = "POST /v1/job/grader-small/trial/plan", "nomad acl policy apply"
	for name, c := range map[string]struct {
		request      string
		answer       any
		says, remedy string
	}{
		"no leader":              {"GET /v1/status/leader", refusal{500, "No cluster leader"}, "500 No cluster leader", "nomad server members"},
		"an old Nomad":           {"GET /.well-known/jwks.json", refusal{404, "Invalid"}, "nomad identities: Nomad has no /.well-known/jwks.json", "1.8 or later"},
		"no keys":                {"GET /.well-known/jwks.json", jose.JSONWebKeySet{}, "no keys to sign with", "keyring rotate"},
		"keys in trouble":        {"GET /.well-known/jwks.json", refusal{500, "rpc error"}, "nomad identities: fetch the keys of identities: 500 rpc error", "log of Nomad's servers"},
		"an issuer unknown here": {"GET /.well-known/openid-configuration", map[string]string{"issuer": "https://n"}, `have oidc_issuer "https://n", and nomad.issuer is ""`, `nomad.issuer: "https://n"`},
		"no namespace":           {"GET /v1/namespace/default", refusal{404, "Namespace not found"}, "there is no namespace default", "nomad namespace apply default"},
		"an unknown token":       {"GET /v1/namespace/default", refusal{403, "ACL token not found"}, "Nomad does not know the token", "nomad acl token create"},
		"an expired token":       {"GET /v1/namespace/default", refusal{403, "ACL token expired"}, "Nomad does not know the token: 403 ACL token expired", "nomad.token_file"},
		"no capability":          {"GET /v1/namespace/default", denied, "does not know the token, or it may do nothing in namespace default", apply},
		"no list-jobs":           {"GET /v1/jobs", denied, "may not list-jobs in namespace default", apply},
		"no read-job":            {"GET /v1/allocations", denied, "may not read-job", apply},
		"no dispatch-job":        {"POST /v1/job/grader-nobody/nothing/dispatch", denied, "may not dispatch-job", apply},
		"no submit-job":          {plan, denied, "flavour small: the token may not submit-job", apply},
		"no node:read":           {"GET /v1/nodes", denied, "nomad nodes: the token may not read nodes", "grader.policy.hcl"},
		"no such node pool":      {plan, refusal{500, "1 error occurred:\n\t* job \"grader-small\" is in nonexistent node pool \"x\""}, `Nomad refuses its job: 500 1 error occurred: * job "grader-small" is in nonexistent node pool "x"`, "node_pool"},
		"no nodes":               {plan, failed(api.AllocationMetric{NodePool: "x"}), "no node is ready in node pool x", "nomad node status"},
		"no Docker":              {plan, failed(api.AllocationMetric{NodesEvaluated: 2, ConstraintFiltered: map[string]int{"missing drivers": 2}}), "2 by missing drivers", "start Docker"},
		"too small nodes":        {plan, failed(api.AllocationMetric{NodesEvaluated: 2, DimensionExhausted: map[string]int{"memory": 2}}), "2 of no more memory", "add nodes"},
		"a constraint":           {plan, failed(api.AllocationMetric{NodesEvaluated: 1, ConstraintFiltered: map[string]int{"${attr.cpu.arch} = arm64": 1}}), "1 by ${attr.cpu.arch} = arm64", "constraints"},
		"no image":               {"GET /v1/allocations", stub("failed"), "image of small: on node n1: Failed to find docker image runner:1", "image.nomad.hcl"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := clinic(t, map[string]any{c.request: c.answer})
			got := broken(probed(t, nomad.Address{URL: url}))
			if strings.Count(got, "\n") > 0 || !strings.Contains(got, c.says) || !strings.Contains(got, c.remedy) {
				t.Errorf("it says\n%s\nwant %q and the remedy %q", got, c.says, c.remedy)
			}
		})
	}
}

func TestProbeHealthyCluster(t *testing.T) {
	t.Parallel()
	url := clinic(t, nil)
	checks := probed(t, nomad.Address{URL: url})
	if bad := broken(checks); bad != "" || len(checks) != 6 || checks[3].Says != "1 of 2 are ready, with Docker" || !strings.Contains(checks[0].Says, "led by 10.0.0.1:4647") {
		t.Errorf("%d checks: %+v", len(checks), checks)
	}
}

// TestProbeFullCluster checks that a full cluster is not reported as a failure.
func TestProbeFullCluster(t *testing.T) {
	t.Parallel()
	url := clinic(t, map[string]any{
		"GET /v1/allocations": []*api.AllocationListStub{{JobID: "grader-small/dispatch-2", NodeName: "n1", ClientStatus: "running", CreateIndex: 2}},
		"POST /v1/job/grader-small/trial/plan": api.JobPlanResponse{FailedTGAllocs: map[string]*api.AllocationMetric{
			"runner": {NodesEvaluated: 1, DimensionExhausted: map[string]int{"cores": 1}}}},
	})
	checks := probed(t, nomad.Address{URL: url})
	if bad := broken(checks); bad != "" || !strings.Contains(checks[4].Says, "1 of its runners") || !strings.Contains(checks[5].Says, "node n1 started") {
		t.Errorf("%+v", checks)
	}
}

// TestProbeOverASocket uses the address of the socket that a task of Nomad uses to reach it.
func TestProbeOverASocket(t *testing.T) {
	t.Parallel()
	address := "unix://" + filepath.Join(t.TempDir(), "api.sock")
	checks := probed(t, nomad.Address{URL: address})
	if len(checks) != 1 || !strings.HasPrefix(checks[0].Says, address+": ") {
		t.Errorf("%+v", checks)
	}
}

func TestProbeAcceptsMatchingIssuer(t *testing.T) {
	t.Parallel()
	url := clinic(t, map[string]any{"GET /.well-known/openid-configuration": map[string]string{"issuer": "https://n"}})
	if bad := broken(probed(t, nomad.Address{URL: url}, func(s *nomad.Settings) { s.Issuer = "https://n" })); bad != "" {
		t.Error(bad)
	}
}

func TestProbeUnreachableCluster(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	plain := clinic(t, nil)
	for name, c := range map[string]struct{ url, says, remedy string }{
		"nothing there":        {gone.URL, "connection refused", "systemctl start nomad"},
		"a stranger's CA":      {secure.URL, "signed by unknown authority", "nomad.ca or NOMAD_CACERT"},
		"TLS where none is":    {"https" + strings.TrimPrefix(plain, "http"), "server gave HTTP response", "http://"},
		"none where TLS is":    {"http" + strings.TrimPrefix(secure.URL, "https"), "HTTP request to an HTTPS server", "https://"},
		"an address of no one": {"http://256.1.1.1:4646", "256.1.1.1", "nomad.address"},
		"no address":           {"::", "Nomad's address", "nomad.address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := broken(probed(t, nomad.Address{URL: c.url}))
			if strings.Count(got, "\n") > 0 || !strings.Contains(got, c.says) || !strings.Contains(got, c.remedy) {
				t.Errorf("it says\n%s\nwant %q and the remedy %q", got, c.says, c.remedy)
			}
		})
	}
}

// TestProbeOfNomadsTLS uses certificates with each kind of mistake.
func TestProbeOfNomadsTLS(t *testing.T) {
	t.Parallel()
	soon := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		host         string
		until        time.Time
		clients      tls.ClientAuthType
		says, remedy string
	}{
		"another name":            {"localhost", soon, tls.NoClientCert, "localhost", "-additional-ipaddress"},
		"it has expired":          {"127.0.0.1", time.Now().Add(-time.Hour), tls.NoClientCert, "has expired", "nomad tls cert create -server"},
		"it wants a client's own": {"127.0.0.1", soon, tls.RequireAnyClientCert, "certificate", "verify_https_client"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pair, ca := certificate(t, c.until)
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: c.clients}
			server.StartTLS()
			t.Cleanup(server.Close)
			_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
			got := broken(probed(t, nomad.Address{URL: "https://" + net.JoinHostPort(c.host, port), CA: ca}))
			if strings.Count(got, "\n") > 0 || !strings.Contains(got, c.says) || !strings.Contains(got, c.remedy) {
				t.Errorf("it says\n%s\nwant %q and the remedy %q", got, c.says, c.remedy)
			}
		})
	}
}

// certificate creates a self-signed certificate for 127.0.0.1 and its file.
func certificate(t *testing.T, until time.Time) (pair tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: until.Add(-2 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}, &x509.Certificate{SerialNumber: big.NewInt(1)}, key.Public(), key)
	check(t, err)
	file = filepath.Join(t.TempDir(), "ca.pem")
	check(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}
