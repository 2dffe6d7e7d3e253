# A package for POLICY_URL=http://localhost:8181/v1/data/mcp/decision. Without the default, a call that no rule
# is about has no decision, and is not made either.
package mcp

default decision := {"decision": "deny", "reason": "No rule allows this call."}

# The first rule that applies decides.
decision := {"decision": "deny", "reason": "Groups of more than eight people book by telephone."} if {
	input.tool == "createBooking"
	not small_group
} else := {"decision": "allow"} if {
	input.caller.subject
	input.method == "GET"
} else := {"decision": "ask", "reason": "This changes a booking."} if {
	input.caller.clientId == "travel-agent"
	input.api == "api"
	input.method != "GET"
}

# Also false where there is no number of seats.
small_group if {
	is_number(input.arguments.body.seats)
	input.arguments.body.seats <= 8
}
