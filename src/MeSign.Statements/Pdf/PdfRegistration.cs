using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MeSign.Statements.Pdf;

internal static class PdfRegistration
{
    /// <summary>Needs the signing services and, for tests of their own, a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddPdf(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PdfSigner>();
        return services;
    }
}
