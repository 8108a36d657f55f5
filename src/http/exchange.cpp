#include "http/exchange.hpp"

#include "http/header_values.hpp"

namespace gradesvc::http {

void doorbell::ring() {
    self_ = shared_from_this();
    box_->post(this);
}

void doorbell::deliver() {
    const auto self = std::move(self_);
    rung = true;
    if (waiting != nullptr) waiting->cancel();
}

void doorbell::discard() { const auto self = std::move(self_); }

std::string_view exchange::trace_id() const { return trace_id_of(traceparent); }

} // namespace gradesvc::http
