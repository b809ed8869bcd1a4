using MeSign.Statements.Delivery;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Tests.Delivery;

internal static class TestTlsFaults
{
    public static RelayTlsFaults New(CapturedLogs logs) => new ServiceCollection()
        .AddMetrics()
        .AddLogging(logging => logging.AddProvider(logs))
        .AddSingleton<RelayTlsFaults>()
        .BuildServiceProvider()
        .GetRequiredService<RelayTlsFaults>();
}
