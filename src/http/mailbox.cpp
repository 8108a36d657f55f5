#include "http/mailbox.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace gradesvc::http {

void mailbox::post(message* m) {
    {
        std::lock_guard lock(mutex_);
        if (io_ != nullptr) {
            waiting_.push_back(m);
            if (waiting_.size() == 1) net::post(*io_, [self = shared_from_this()] { self->deliver_all(); });
            return;
        }
    }
    m->discard();
}

void mailbox::deliver_all() {
    {
        std::lock_guard lock(mutex_);
        std::swap(waiting_, delivering_);
    }
    for (auto* m : delivering_) m->deliver();
    delivering_.clear();
}

void mailbox::close() {
    std::vector<message*> left;
    {
        std::lock_guard lock(mutex_);
        io_ = nullptr;
        left = std::move(waiting_);
        waiting_.clear();
    }
    for (auto* m : left) m->discard();
}

} // namespace gradesvc::http
