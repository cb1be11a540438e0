package nomad

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/nomad/api"
)

// status returns the HTTP status of Nomad's error response, 0 if Nomad did not answer.
func status(err error) int {
	var answer api.UnexpectedResponseError
	if errors.As(err, &answer) && answer.HasStatusCode() {
		return answer.StatusCode()
	}
	return 0
}

// unreachedRemedy says what to do if Nomad does not answer.
func unreachedRemedy(err error) string {
	var stranger x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch said := err.Error(); {
	case errors.As(err, &stranger):
		return "name the file of the cluster's CA in nomad.ca or NOMAD_CACERT (nomad-agent-ca.pem)"
	case errors.As(err, &name):
		return "make the server's certificate again with this address: nomad tls cert create -server -additional-ipaddress …"
	case errors.As(err, &invalid):
		return "make the server's certificate again: nomad tls cert create -server; and see that both clocks are right"
	case strings.Contains(said, "tls: ") && strings.Contains(said, "certificate"):
		return "Nomad wants a certificate of its clients (verify_https_client): nomad.cert and key, or NOMAD_CLIENT_CERT and NOMAD_CLIENT_KEY"
	case strings.Contains(said, "server gave HTTP response"):
		return "Nomad has no TLS there: write http:// in nomad.address, or better give it TLS"
	case strings.Contains(said, "HTTP request to an HTTPS server"):
		return "write https:// in nomad.address"
	case status(err) == http.StatusInternalServerError:
		return "see that most of Nomad's servers run: nomad server members"
	}
	return "correct nomad.address or NOMAD_ADDR; start Nomad there (systemctl start nomad); let its port through"
}

// applyPolicy is the command that gives a token, or the server's job, the rights that the pool
// needs.
const applyPolicy = "nomad acl policy apply grader grader.policy.hcl, and give the token (or -job) that policy"

// explainRefusal says which action the token may not perform, and what to do about it.
func (p probe) explainRefusal(what string, err error) (says, remedy string) {
	if status(err) == http.StatusForbidden {
		return fmt.Sprintf("the token may not %s in namespace %s", what, p.cluster.Namespace), applyPolicy
	}
	return what + ": " + inWords(err), "look at the log of Nomad's servers"
}

// explainToken says why a token cannot see the namespace. Except for expired tokens, Nomad responds
// the same to an unknown token and to one without rights.
func (p probe) explainToken(err error) (says, remedy string) {
	const renew = "make one, and put it in the file nomad.token_file: nomad acl token create -policy grader"
	switch {
	case status(err) == http.StatusNotFound:
		return fmt.Sprintf("there is no namespace %s", p.cluster.Namespace),
			"nomad namespace apply " + p.cluster.Namespace + ", or correct nomad.namespace"
	case unknown(err):
		return "Nomad does not know the token: " + inWords(err), renew
	case status(err) == http.StatusForbidden:
		return "Nomad does not know the token, or it may do nothing in namespace " + p.cluster.Namespace,
			"nomad acl token self says whether it is known; if not, " + renew + "; if so, " + applyPolicy
	}
	return "look for namespace " + p.cluster.Namespace + ": " + inWords(err), "look at the log of Nomad's servers"
}

// explainRefusedJob says why Nomad rejects a flavour's job, and what to do about it.
func (p probe) explainRefusedJob(err error) (says, remedy string) {
	if status(err) == http.StatusForbidden {
		return p.explainRefusal("submit-job", err)
	}
	return "Nomad refuses its job: " + inWords(err), "correct what the flavour says under nomad: node_pool, datacenters, constraints"
}

// unknown reports whether Nomad rejects the token itself, not its rights.
func unknown(err error) bool {
	said := strings.ToLower(err.Error())
	return strings.Contains(said, "token not found") || strings.Contains(said, "token expired")
}

// placementRemedy says what to do if no node can place a runner.
func placementRemedy(m *api.AllocationMetric) string {
	switch {
	case m.NodesEvaluated == 0:
		return "start clients there (nomad node status; nomad node eligibility -enable), or correct the flavour's node_pool and datacenters"
	case m.ConstraintFiltered["missing drivers"] > 0:
		return "start Docker on the nodes, and see what they say of it: nomad node status -verbose NODE"
	case len(m.DimensionExhausted) > 0:
		return "lower the flavour's cpu or memory, or add nodes: nomad node status NODE says what is left"
	}
	return "correct the flavour's constraints, or the nodes: nomad node status -verbose NODE shows their attributes"
}
