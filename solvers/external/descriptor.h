#pragma once

namespace forerun {

/// An open file, closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void close();
  /// Gives the file away.
  int release();

 private:
  int number_ = -1;
};

/// Two ends of a connection, ours and that of a program to be started. All are closed on exec, and none has the number
/// of a standard stream, whatever this process has closed. They throw std::system_error.
struct DescriptorPair {
  Descriptor ours;
  Descriptor theirs;
};

/// We read what they write; not blocking.
DescriptorPair pipe_to_us();
/// They read what we write; not blocking. A socket, because writing to one without a reader need raise no SIGPIPE,
/// which the program we are part of may not expect (MSG_NOSIGNAL).
DescriptorPair socket_to_them();
/// Reads nothing, writes nowhere; there is none of ours.
DescriptorPair nowhere();

}  // namespace forerun
