using System.Net.Sockets;
using Azure;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Tests.Storage;

public sealed class StorageFaultTests
{
    /// <summary>As the client throws when its last retry fails too; the last of these stopped a worker.</summary>
    [Fact]
    public void A_connection_that_breaks_while_it_is_made_is_an_outage() => StorageOutage.Is(new AggregateException(
        new RequestFailedException("An error occurred while sending the request.", new HttpRequestException("reset", new IOException())),
        new SocketException((int)SocketError.NotConnected))).ShouldBeTrue();

    [Fact]
    public void A_fault_of_ours_among_retries_is_none() => StorageOutage.Is(new AggregateException(
        new RequestFailedException("An error occurred while sending the request."), new InvalidOperationException("a fault of ours"))).ShouldBeFalse();
}
